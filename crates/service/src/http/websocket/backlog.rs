//! What was typed and the program has not taken yet.
//!
//! It is held here so that the messages behind it are heard: a signal, a new size, the end of the connection. Beyond a bound the
//! connection is not read on until the program has taken some.

use std::collections::VecDeque;

use runtray_engine::Command;

use crate::http::budget::{Budget, Share};

/// What one program may have before it, in bytes.
const MOST_BYTES: usize = 32 << 20;
/// Pieces up to this size are put together, so that keys that are typed one by one cost no allocation each.
const PIECE: usize = 64 << 10;

/// Pieces of input, in their order.
pub(super) struct Backlog {
    pieces: VecDeque<Command>,
    bytes: usize,
    share: Share,
}

impl Backlog {
    /// Nothing yet; what is held counts against `budget`.
    pub(super) fn new(budget: &Budget) -> Self {
        Self { pieces: VecDeque::new(), bytes: 0, share: budget.share() }
    }

    /// Whether more should be read from the connection.
    pub(super) fn has_room(&self) -> bool {
        self.pieces.is_empty() || (self.bytes < MOST_BYTES && self.share.has_room())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Adds what was typed, or the end of input.
    pub(super) fn push(&mut self, command: Command) {
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

    /// Takes what was typed first.
    pub(super) fn pop(&mut self) -> Option<Command> {
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
    fn what_was_typed_comes_out_in_its_order() {
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
    fn it_is_bounded_and_counts_against_the_budget() {
        let budget = Budget::new(1 << 30);
        let mut backlog = Backlog::new(&budget);
        while backlog.has_room() {
            backlog.push(Command::Stdin(vec![0; 1 << 20]));
        }
        assert_eq!(budget.used(), MOST_BYTES);
        drop(backlog);
        assert_eq!(budget.used(), 0);
        let mut small = Backlog::new(&Budget::new(10));
        assert!(small.has_room(), "a program that is typed nothing yet is always typed into");
        small.push(Command::Stdin(vec![0; 11]));
        assert!(!small.has_room());
    }
}
