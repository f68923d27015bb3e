//! Input that the program has not read yet.
//!
//! It is buffered here so that the messages behind it are read: a signal, a new size, the end of the connection. It is in memory
//! first, then on disk. When both are full, the connection is not read until the program has read some input.

use std::collections::VecDeque;
use std::io;

use runtray_engine::Command;

use crate::http::budget::Share;
use crate::http::server::Server;
use crate::http::spool::Spool;

/// The most bytes that are buffered in memory for one program.
const MOST_BYTES: usize = 32 << 20;
/// Pieces up to this size are joined, so that single keystrokes do not cost an allocation each.
const PIECE: usize = 64 << 10;

/// Pieces of input in order.
pub(crate) struct Backlog {
    /// In memory: older than everything on disk.
    pieces: VecDeque<Command>,
    bytes: usize,
    share: Share,
    spool: Spool,
    /// The piece that the disk did not take, newer than everything on disk.
    last: Option<Command>,
}

impl Backlog {
    /// An empty backlog, whose bytes count in the budgets of `server`.
    pub(crate) fn new(server: &Server) -> Self {
        Self::of(server.budget.share(), server.spooling.spool())
    }

    fn of(share: Share, spool: Spool) -> Self {
        Self { pieces: VecDeque::new(), bytes: 0, share, spool, last: None }
    }

    /// Whether more input may be read from the connection.
    pub(crate) fn has_room(&self) -> bool {
        self.last.is_none() && (self.has_memory() || self.spool.has_room())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.spool.is_empty() && self.last.is_none()
    }

    /// Appends input, or the end of input.
    pub(crate) async fn push(&mut self, command: Command) {
        if self.has_memory() {
            self.keep(command);
        } else if let Err(command) = self.spool.push(command).await {
            self.count(self.bytes + length(&command));
            self.last = Some(command);
        }
    }

    /// Takes the oldest piece.
    ///
    /// # Errors
    /// Input was lost, because it cannot be read back from the disk.
    pub(crate) async fn pop(&mut self) -> io::Result<Option<Command>> {
        let first = match self.pieces.pop_front() {
            Some(first) => Some(first),
            None => match self.spool.pop().await? {
                Some(from_disk) => return Ok(Some(from_disk)),
                None => self.last.take(),
            },
        };
        self.count(self.bytes - first.as_ref().map_or(0, length));
        Ok(first)
    }

    /// Drops everything.
    pub(crate) fn clear(&mut self) {
        self.pieces.clear();
        self.spool.clear();
        self.last = None;
        self.count(0);
    }

    /// Whether the next piece is kept in memory.
    fn has_memory(&self) -> bool {
        self.is_empty() || (self.spool.is_empty() && self.bytes < MOST_BYTES && self.share.has_room())
    }

    fn keep(&mut self, command: Command) {
        let added = match (self.pieces.back_mut(), command) {
            (Some(Command::Stdin(last)), Command::Stdin(more)) if last.len() + more.len() <= PIECE => {
                last.extend_from_slice(&more);
                more.len()
            }
            (_, command) => {
                let added = length(&command);
                self.pieces.push_back(command);
                added
            }
        };
        self.count(self.bytes + added);
    }

    fn count(&mut self, bytes: usize) {
        self.bytes = bytes;
        self.share.set(bytes);
    }
}

/// The bytes of a piece. An end of input takes some memory too, and a client may send many.
fn length(command: &Command) -> usize {
    if let Command::Stdin(bytes) = command { bytes.len() } else { size_of::<Command>() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use runtray_engine::Command;

    use super::{Backlog, MOST_BYTES};
    use crate::http::budget::Budget;
    use crate::http::spool::Spooling;

    fn backlog(budget: &Budget, folder: &Path) -> Backlog {
        Backlog::of(budget.share(), Spooling::new(folder.to_path_buf()).spool())
    }

    async fn all(backlog: &mut Backlog) -> Vec<u8> {
        let mut text = Vec::new();
        while let Some(command) = backlog.pop().await.expect("a disk") {
            match command {
                Command::Stdin(bytes) => text.extend(bytes),
                _ => text.push(b'.'),
            }
        }
        text
    }

    #[tokio::test]
    async fn input_comes_out_in_order() {
        let mut backlog = backlog(&Budget::new(1 << 30), Path::new("/nowhere"));
        for text in ["a", "b"] {
            backlog.push(Command::Stdin(text.into())).await;
        }
        backlog.push(Command::Eof).await;
        backlog.push(Command::Stdin(b"c".to_vec())).await;
        assert_eq!(backlog.pop().await.expect("memory"), Some(Command::Stdin(b"ab".to_vec())));
        assert_eq!(all(&mut backlog).await, b".c");
    }

    #[tokio::test]
    async fn what_memory_does_not_take_goes_to_disk_in_order() {
        let (folder, budget) = (tempfile::tempdir().expect("a folder"), Budget::new(2));
        let mut backlog = backlog(&budget, folder.path());
        for text in ["ab", "cd", "e"] {
            backlog.push(Command::Stdin(text.into())).await;
        }
        backlog.push(Command::Eof).await;
        assert!(backlog.has_room());
        assert_eq!(budget.used(), 2);
        // The pieces on disk go first, although there is memory again.
        assert_eq!(backlog.pop().await.expect("memory"), Some(Command::Stdin(b"ab".to_vec())));
        backlog.push(Command::Stdin(b"f".to_vec())).await;
        assert_eq!(all(&mut backlog).await, b"cde.f");
        assert!(backlog.is_empty() && budget.used() == 0);
    }

    #[tokio::test]
    async fn without_a_disk_it_is_bounded_and_counts_in_the_budget() {
        let budget = Budget::new(1 << 30);
        let mut full = backlog(&budget, Path::new("/nowhere"));
        while full.has_room() {
            full.push(Command::Stdin(vec![0; 1 << 20])).await;
        }
        assert_eq!(budget.used(), MOST_BYTES + (1 << 20));
        assert_eq!(all(&mut full).await.len(), MOST_BYTES + (1 << 20));
        full.push(Command::Stdin(vec![0; 1 << 20])).await;
        full.clear();
        assert_eq!(budget.used(), 0);
        let mut small = backlog(&Budget::new(10), Path::new("/nowhere"));
        assert!(small.has_room(), "an empty backlog always takes input");
        small.push(Command::Stdin(vec![0; 11])).await;
        small.push(Command::Stdin(b"x".to_vec())).await;
        assert!(!small.has_room());
    }
}
