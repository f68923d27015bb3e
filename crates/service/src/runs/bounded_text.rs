//! The kept part of a run's output.

/// The beginning of a stream, up to a cap in bytes.
#[derive(Debug, Default)]
pub struct BoundedText {
    text: String,
    cap: usize,
    truncated: bool,
    in_line: bool,
}

impl BoundedText {
    /// An empty text that will keep at most `cap` bytes.
    pub fn new(cap: usize) -> Self {
        Self { text: String::new(), cap, truncated: false, in_line: false }
    }

    /// Appends `text`, and drops the part that exceeds the cap.
    pub fn push(&mut self, printed: &str) {
        self.in_line = printed.chars().next_back().map_or(self.in_line, |last| last != '\n');
        if self.truncated {
            return;
        }
        let fits = printed.floor_char_boundary(self.cap - self.text.len());
        self.text.push_str(&printed[..fits]);
        self.truncated = fits < printed.len();
    }

    /// Whether anything was dropped.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// `line`, preceded by a line break if the last printed line has not ended.
    pub fn as_own_line(&self, line: &str) -> String {
        if self.in_line { format!("\n{line}") } else { line.to_owned() }
    }

    /// The kept text, followed by `line` on a line of its own.
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
    use super::BoundedText;

    fn check(cap: usize, printed: &[&str], expected: &str, truncated: bool) {
        let mut text = BoundedText::new(cap);
        printed.iter().for_each(|part| text.push(part));
        assert_eq!((text.is_truncated(), text.into_text(None).as_str()), (truncated, expected), "{printed:?}");
    }

    #[test]
    fn texts_are_cut_at_the_cap_between_characters() {
        check(5, &["abc", "de"], "abcde", false);
        check(5, &["abc", "def"], "abcde", true);
        check(4, &["abc", "é", "d"], "abc", true);
        check(0, &["a"], "", true);
        check(0, &[""], "", false);
    }

    #[test]
    fn the_last_line_stands_alone() {
        for (printed, expected) in [("", "end"), ("a\n", "a\nend"), ("a", "a\nend")] {
            let mut text = BoundedText::new(100);
            text.push(printed);
            assert_eq!(format!("{printed}{}", text.as_own_line("end")), expected);
            assert_eq!(text.into_text(Some("end")), expected);
        }
    }
}
