//! Input that the program has not read yet.
//!
//! It is buffered here so that the messages behind it are read: a signal, a new size, the end of the connection. When the
//! buffer is full, the connection is not read until the program has read some input.

use std::collections::VecDeque;

use runtray_engine::Command;

use crate::http::budget::{Budget, Share};

/// The most bytes that are buffered for one program.
const MOST_BYTES: usize = 32 << 20;
/// Pieces up to this size are joined, so that single keystrokes do not cost an allocation each.
const PIECE: usize = 64 << 10;

/// Pieces of input in order.
pub(crate) struct Backlog {
    pieces: VecDeque<Command>,
    bytes: usize,
    share: Share,
}

impl Backlog {
    /// An empty backlog, whose bytes count in `budget`.
    pub(crate) fn new(budget: &Budget) -> Self {
        Self { pieces: VecDeque::new(), bytes: 0, share: budget.share() }
    }

    /// Whether more input may be read from the connection.
    pub(crate) fn has_room(&self) -> bool {
        self.pieces.is_empty() || (self.bytes < MOST_BYTES && self.share.has_room())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Appends input, or the end of input.
    pub(crate) fn push(&mut self, command: Command) {
        match (self.pieces.back_mut(), command) {
            (Some(Command::Stdin(last)), Command::Stdin(more)) if last.len() + more.len() <= PIECE => {
                self.bytes += more.len();
                last.extend(more);
            }
            (_, command) => {
                self.bytes += length(&command);
                self.pieces.push_back(command);
            }
        }
        self.share.set(self.bytes);
    }

    /// Takes the oldest piece.
    pub(crate) fn pop(&mut self) -> Option<Command> {
        let first = self.pieces.pop_front()?;
        self.bytes -= length(&first);
        self.share.set(self.bytes);
        Some(first)
    }
}

fn length(command: &Command) -> usize {
    if let Command::Stdin(bytes) = command { bytes.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use runtray_engine::Command;

    use super::{Backlog, MOST_BYTES};
    use crate::http::budget::Budget;

    #[test]
    fn input_comes_out_in_order() {
        let mut backlog = Backlog::new(&Budget::new(1 << 30));
        for text in ["a", "b"] {
            backlog.push(Command::Stdin(text.into()));
        }
        backlog.push(Command::Eof);
        backlog.push(Command::Stdin(b"c".to_vec()));
        let taken: Vec<Command> = std::iter::from_fn(|| backlog.pop()).collect();
        assert_eq!(taken, [Command::Stdin(b"ab".to_vec()), Command::Eof, Command::Stdin(b"c".to_vec())]);
    }

    #[test]
    fn it_is_bounded_and_counts_in_the_budget() {
        let budget = Budget::new(1 << 30);
        let mut backlog = Backlog::new(&budget);
        while backlog.has_room() {
            backlog.push(Command::Stdin(vec![0; 1 << 20]));
        }
        assert_eq!(budget.used(), MOST_BYTES);
        drop(backlog);
        assert_eq!(budget.used(), 0);
        let mut small = Backlog::new(&Budget::new(10));
        assert!(small.has_room(), "an empty backlog always takes input");
        small.push(Command::Stdin(vec![0; 11]));
        assert!(!small.has_room());
    }
}
