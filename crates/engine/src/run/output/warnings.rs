//! Removes Node.js' warning that its TypeScript support is experimental.
//!
//! The warning is about how Runtray runs a program, not about the program. Disabling it in Node.js would also disable the
//! program's own warnings of that kind.

/// The features that Node.js warns about.
const FEATURES: [&str; 2] = ["Type Stripping", "Transform Types"];
const BEGIN: &str = "(node:";
const KIND: &str = ") ExperimentalWarning: ";
const END: &str = " is an experimental feature and might change at any time";
/// Node.js adds this hint once, below the first warning.
const HINT: &str = "(Use `";
const HINT_END: &str = " --trace-warnings ...` to show where the warning was created)";
/// A longer line is no warning.
const LONGEST: usize = 300;

/// Filters the warnings out of a stream of text.
#[derive(Default)]
pub(super) struct WarningFilter {
    /// The start of a line that may be a warning.
    held: String,
    /// Whether the previous line was a warning.
    follows: bool,
    /// Whether the start of the line was passed on already.
    is_within_line: bool,
}

impl WarningFilter {
    /// The part of `text` to show now.
    pub(super) fn pass(&mut self, text: &str) -> String {
        let mut passed = String::with_capacity(text.len());
        for part in text.split_inclusive('\n') {
            self.held.push_str(part);
            let ends = part.ends_with('\n');
            if self.is_within_line || !(ends || self.may_be_one()) || (ends && !self.is_one()) {
                passed.push_str(&std::mem::take(&mut self.held));
                self.is_within_line = !ends;
                self.follows = false;
            } else if ends {
                self.held.clear();
            }
        }
        passed
    }

    /// The text that was held back, at the end of the stream.
    pub(super) fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }

    fn may_be_one(&self) -> bool {
        let begins = |with: &str| with.starts_with(&self.held) || self.held.starts_with(with);
        self.held.len() < LONGEST && (begins(BEGIN) || (self.follows && begins(HINT)))
    }

    fn is_one(&mut self) -> bool {
        let line = self.held.trim_end_matches(['\r', '\n']);
        let is_hint = self.follows && line.starts_with(HINT) && line.ends_with(HINT_END);
        self.follows = is_announcement(line);
        self.follows || is_hint
    }
}

fn is_announcement(line: &str) -> bool {
    let feature = line.strip_prefix(BEGIN).and_then(|rest| rest.split_once(KIND));
    feature.is_some_and(|(process, rest)| {
        process.bytes().all(|byte| byte.is_ascii_digit())
            && rest.strip_suffix(END).is_some_and(|feature| FEATURES.contains(&feature))
    })
}

#[cfg(test)]
mod tests {
    use super::WarningFilter;

    const NOTICE: &str =
        "(node:42) ExperimentalWarning: Transform Types is an experimental feature and might change at any time\n";
    const HINT: &str = "(Use `node --trace-warnings ...` to show where the warning was created)\n";

    /// Passes `text` in pieces of every size.
    fn check(text: &str, expected: &str) {
        for size in 1..=text.len().max(1) {
            let mut warnings = WarningFilter::default();
            let pieces = text.as_bytes().chunks(size).map(|piece| std::str::from_utf8(piece).expect("ASCII"));
            let passed: String = pieces.map(|piece| warnings.pass(piece)).collect();
            assert_eq!(passed + &warnings.finish(), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_announcement_is_taken_out_with_its_hint() {
        check(&format!("{NOTICE}{HINT}mine\n"), "mine\n");
        check(&format!("first\n{NOTICE}{HINT}"), "first\n");
        check(&format!("{NOTICE}mine\n{HINT}"), &format!("mine\n{HINT}"));
        check(&NOTICE.replace('\n', "\r\n"), "");
    }

    #[test]
    fn the_program_s_own_warnings_stay() {
        let own = "(node:42) ExperimentalWarning: SQLite is an experimental feature and might change at any time\n";
        check(&format!("{own}{HINT}"), &format!("{own}{HINT}"));
        check(&format!("{NOTICE}{HINT}{own}(no"), &format!("{own}(no"));
        check(&format!("text {NOTICE}"), &format!("text {NOTICE}"));
        check("(node:x) partial", "(node:x) partial");
    }

    #[test]
    fn a_prompt_is_not_held_back() {
        assert_eq!(WarningFilter::default().pass("name? "), "name? ");
        assert_eq!(WarningFilter::default().pass("(nothing yet"), "(nothing yet");
    }
}
