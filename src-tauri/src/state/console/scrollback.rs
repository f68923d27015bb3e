//! The most recent output of a program, for a window that opens later.

/// Bytes to keep: more than the window's terminal keeps of lines of usual length.
const MOST: usize = 1 << 20;
/// Bytes above the bound that are dropped together, so that not every piece of output moves the rest.
const SLACK: usize = MOST / 4;
/// The distance within which the beginning is moved to the start of a line, so that no escape sequence is cut.
const LINE: usize = 4096;

/// Recent output with its position in the whole output.
#[derive(Debug, Default)]
pub(super) struct Scrollback {
    text: String,
    /// Bytes of output that were dropped before `text`.
    dropped: u64,
}

impl Scrollback {
    /// Appends output; the oldest part is dropped beyond the bound.
    pub(super) fn push(&mut self, printed: &str) {
        self.text.push_str(printed);
        if self.text.len() > MOST + SLACK {
            let cut = self.start_of_line(self.text.len() - MOST);
            self.text.drain(..cut);
            self.dropped += cut as u64;
        }
    }

    /// The position at which the kept output begins.
    pub(super) fn start(&self) -> u64 {
        self.dropped
    }

    /// The position at which it ends.
    pub(super) fn end(&self) -> u64 {
        self.dropped + self.text.len() as u64
    }

    /// At most `most` bytes from position `place` on; empty at the end. `place` must not be before the [`start`](Self::start).
    pub(super) fn from(&self, place: u64, most: usize) -> &str {
        let begin = usize::try_from(place - self.dropped).unwrap_or(usize::MAX).min(self.text.len());
        let end = self.text.floor_char_boundary(begin.saturating_add(most));
        &self.text[begin..end]
    }

    fn start_of_line(&self, at: usize) -> usize {
        let at = self.text.ceil_char_boundary(at);
        let near = self.text.floor_char_boundary(at + LINE);
        self.text[at..near].find('\n').map_or(at, |newline| at + newline + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE, MOST, SLACK, Scrollback};

    #[test]
    fn it_is_read_piece_by_piece_between_characters() {
        let mut kept = Scrollback::default();
        kept.push("aé");
        kept.push("b");
        assert_eq!((kept.from(0, 2), kept.from(1, 2), kept.from(3, 9), kept.from(4, 9)), ("a", "é", "b", ""));
    }

    #[test]
    fn the_oldest_lines_go_and_places_stay_what_they_were() {
        let mut kept = Scrollback::default();
        let line = format!("{}\n", "é".repeat(60));
        let lines = (MOST + SLACK) / line.len() + 2;
        (0..lines).for_each(|_| kept.push(&line));
        assert!((MOST - LINE..=MOST + line.len()).contains(&kept.text.len()), "{}", kept.text.len());
        assert_eq!(kept.end(), (lines * line.len()) as u64);
        assert_eq!(kept.start() % line.len() as u64, 0, "a line was cut");
        assert_eq!(kept.from(kept.start(), line.len()), line);
    }

    #[test]
    fn a_line_without_an_end_is_cut_between_characters() {
        let mut kept = Scrollback::default();
        kept.push("x");
        kept.push(&"é".repeat((MOST + SLACK) / 2 + 1));
        assert!(kept.from(kept.start(), 2) == "é" && kept.text.len() <= MOST);
    }
}
