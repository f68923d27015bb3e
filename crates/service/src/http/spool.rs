//! Input on disk that a program has not read, beyond the buffer in memory.
//!
//! Each spool is a file without a name in the data folder: it is gone with the service, however that ends. Its size is bounded,
//! for one program and for all of them.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;

use runtray_engine::Command;
use tokio::task::spawn_blocking;

use super::budget::{Budget, Share};

/// The most bytes on disk for one program.
const MOST_BYTES: usize = 256 << 20;
/// The most bytes on disk for all programs.
const ALL_BYTES: usize = 1 << 30;
/// The most bytes that are read at once.
const PIECE: usize = 256 << 10;
/// The bytes that an end of input counts as: it takes no room on disk, but a client may send many.
const END_BYTES: usize = 1 << 10;

/// The folder of spools, and the budget that they share. Clones share both.
#[derive(Debug, Clone)]
pub(crate) struct Spooling {
    folder: PathBuf,
    budget: Budget,
}

/// One program's input on disk.
pub(crate) struct Spool {
    folder: PathBuf,
    /// Made when it is first needed.
    file: Option<Arc<File>>,
    parts: VecDeque<Part>,
    read: u64,
    written: u64,
    share: Share,
    used: usize,
}

/// A part of the input, in order.
enum Part {
    /// So many bytes of the file.
    Bytes(u64),
    End,
}

impl Spooling {
    /// For spools in `folder`.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, budget: Budget::new(ALL_BYTES) }
    }

    /// An empty spool.
    pub(crate) fn spool(&self) -> Spool {
        let (folder, share) = (self.folder.clone(), self.budget.share());
        Spool { folder, file: None, parts: VecDeque::new(), read: 0, written: 0, share, used: 0 }
    }
}

impl Spool {
    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether it takes more.
    pub(crate) fn has_room(&self) -> bool {
        self.used < MOST_BYTES && self.share.has_room()
    }

    /// Appends input, or the end of input. Gives it back if the disk does not take it.
    pub(crate) async fn push(&mut self, command: Command) -> Result<(), Command> {
        let Command::Stdin(bytes) = command else {
            self.parts.push_back(Part::End);
            self.count(self.used + END_BYTES);
            return Ok(());
        };
        let (at, length) = (self.written, bytes.len());
        match self.write(at, bytes).await {
            Ok(()) => {
                self.written += length as u64;
                match self.parts.back_mut() {
                    Some(Part::Bytes(last)) => *last += length as u64,
                    _ => self.parts.push_back(Part::Bytes(length as u64)),
                }
                self.count(self.used + length);
                Ok(())
            }
            Err((error, bytes)) => {
                tracing::debug!(%error, "unread input cannot be kept on disk");
                Err(Command::Stdin(bytes))
            }
        }
    }

    /// Takes the oldest piece; `None` if there is none.
    ///
    /// # Errors
    /// The disk does not return the written bytes.
    pub(crate) async fn pop(&mut self) -> io::Result<Option<Command>> {
        let left = match self.parts.front() {
            None => return Ok(None),
            Some(Part::End) => {
                self.parts.pop_front();
                self.count(self.used - END_BYTES);
                return Ok(Some(Command::Eof));
            }
            Some(Part::Bytes(left)) => *left,
        };
        let length = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        let bytes = self.read(length).await?;
        self.read += length as u64;
        match self.parts.front_mut() {
            Some(Part::Bytes(left)) if *left > length as u64 => *left -= length as u64,
            _ => drop(self.parts.pop_front()),
        }
        self.count(self.used - length);
        if self.parts.is_empty() {
            // Gives the room on disk back.
            (self.file, self.read, self.written) = (None, 0, 0);
        }
        Ok(Some(Command::Stdin(bytes)))
    }

    /// Drops everything.
    pub(crate) fn clear(&mut self) {
        self.parts.clear();
        (self.file, self.read, self.written) = (None, 0, 0);
        self.count(0);
    }

    fn count(&mut self, bytes: usize) {
        self.used = bytes;
        self.share.set(bytes);
    }

    /// Writes `bytes` at `at`, and gives them back if that fails.
    async fn write(&mut self, at: u64, bytes: Vec<u8>) -> Result<(), (io::Error, Vec<u8>)> {
        let (file, folder) = (self.file.clone(), self.folder.clone());
        let written = spawn_blocking(move || {
            let write = || -> io::Result<Arc<File>> {
                let file = file.map_or_else(|| tempfile::tempfile_in(folder).map(Arc::new), Ok)?;
                (&*file).seek(SeekFrom::Start(at))?;
                (&*file).write_all(&bytes)?;
                Ok(file)
            };
            write().map_err(|error| (error, bytes))
        });
        match written.await {
            Ok(Ok(file)) => self.file = Some(file),
            Ok(Err(failed)) => return Err(failed),
            // The runtime is ending, and with it the program.
            Err(ended) => return Err((ended.into(), Vec::new())),
        }
        Ok(())
    }

    async fn read(&self, length: usize) -> io::Result<Vec<u8>> {
        let (file, at) = (self.file.clone().ok_or(io::ErrorKind::NotFound)?, self.read);
        let read = spawn_blocking(move || {
            let mut bytes = vec![0; length];
            (&*file).seek(SeekFrom::Start(at))?;
            (&*file).read_exact(&mut bytes).map(|()| bytes)
        });
        read.await?
    }
}

#[cfg(test)]
mod tests {
    use runtray_engine::Command;

    use super::{MOST_BYTES, PIECE, Spooling};

    #[tokio::test]
    async fn input_comes_out_in_order_and_leaves_nothing_on_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let spooling = Spooling::new(folder.path().to_path_buf());
        let mut spool = spooling.spool();
        for round in 0..2 {
            let large: Vec<u8> = (0..PIECE + 10).map(|number| (number % 251) as u8).collect();
            for command in [Command::Stdin(large.clone()), Command::Stdin(b"end".to_vec()), Command::Eof] {
                spool.push(command).await.expect("room");
            }
            spool.push(Command::Stdin(b"after".to_vec())).await.expect("room");
            let mut taken = Vec::new();
            while let Some(command) = spool.pop().await.expect("read") {
                taken.push(command);
            }
            let expected = [&large[..], b"end"].concat();
            let [Command::Stdin(first), Command::Stdin(second), rest @ ..] = &taken[..] else {
                panic!("{} pieces", taken.len());
            };
            assert_eq!([&first[..], second].concat(), expected, "round {round}");
            assert_eq!(rest, [Command::Eof, Command::Stdin(b"after".to_vec())]);
            assert!(spool.is_empty() && spool.file.is_none() && spooling.budget.used() == 0);
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[tokio::test]
    async fn it_is_bounded_for_one_program_and_for_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let spooling = Spooling::new(folder.path().to_path_buf());
        let mut spool = spooling.spool();
        while spool.has_room() {
            spool.push(Command::Eof).await.expect("room");
        }
        assert!(spooling.budget.used() == MOST_BYTES && spooling.spool().has_room());
        spooling.budget.resize(MOST_BYTES);
        assert!(!spooling.spool().has_room());
        spool.clear();
        assert_eq!(spooling.budget.used(), 0);
    }

    #[tokio::test]
    async fn a_disk_that_takes_nothing_gives_the_input_back() {
        let spooling = Spooling::new("/nowhere/at/all".into());
        let mut spool = spooling.spool();
        assert_eq!(spool.push(Command::Stdin(b"x".to_vec())).await, Err(Command::Stdin(b"x".to_vec())));
        assert!(spool.is_empty() && spool.pop().await.expect("nothing to read").is_none());
    }
}
