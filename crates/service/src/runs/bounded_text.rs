//! What is kept of a run's output while it goes by.

/// The beginning of a stream, up to a cap.
#[derive(Debug, Default)]
pub struct Kept {
    text: String,
    cap: usize,
    truncated: bool,
    in_line: bool,
}

impl Kept {
    /// Nothing yet; at most `cap` bytes will be kept.
    pub fn new(cap: usize) -> Self {
        Self { text: String::new(), cap, truncated: false, in_line: false }
    }

    /// Takes what was printed next, and drops what is over the cap.
    pub fn push(&mut self, printed: &str) {
        self.in_line = printed.chars().next_back().map_or(self.in_line, |last| last != '\n');
        if self.truncated {
            return;
        }
        let fits = printed.floor_char_boundary(self.cap - self.text.len());
        self.text.push_str(&printed[..fits]);
        self.truncated = fits < printed.len();
    }

    /// Whether something that was printed is not kept.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// `line` as it must be added so that it stands on a line of its own after all that was printed.
    pub fn as_own_line(&self, line: &str) -> String {
        if self.in_line { format!("\n{line}") } else { line.to_owned() }
    }

    /// What is kept, followed by `line` on a line of its own.
    pub fn into_text(mut self, line: Option<&str>) -> String {
        if let Some(line) = line {
            if !self.text.is_empty() && !self.text.ends_with('\n') {
                self.text.push('\n');
            }
            self.text.push_str(line);
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::Kept;

    fn check(cap: usize, printed: &[&str], expected: &str, truncated: bool) {
        let mut kept = Kept::new(cap);
        printed.iter().for_each(|part| kept.push(part));
        assert_eq!((kept.is_truncated(), kept.into_text(None).as_str()), (truncated, expected), "{printed:?}");
    }

    #[test]
    fn what_is_over_the_cap_is_dropped_between_characters() {
        check(5, &["abc", "de"], "abcde", false);
        check(5, &["abc", "def"], "abcde", true);
        check(4, &["abc", "é", "d"], "abc", true);
        check(0, &["a"], "", true);
        check(0, &[""], "", false);
    }

    #[test]
    fn the_last_line_stands_alone() {
        for (printed, expected) in [("", "end"), ("a\n", "a\nend"), ("a", "a\nend")] {
            let mut kept = Kept::new(100);
            kept.push(printed);
            assert_eq!(format!("{printed}{}", kept.as_own_line("end")), expected);
            assert_eq!(kept.into_text(Some("end")), expected);
        }
    }
}
