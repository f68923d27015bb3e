//! A file on its way from the index, which may be continued when the connection broke.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write as _};
use std::path::Path;

use runtray_wire::PackFault;
use sha2::{Digest as _, Sha256};

use crate::{Outcome, disk};

/// Bytes that are read at once; progress is told after each MiB.
const PIECE: usize = 1 << 16;
const TOLD_EACH: u64 = 1 << 20;

/// A file that is being downloaded: the part that is here.
pub(super) struct Part<'a> {
    file: &'a Path,
    to: File,
    hash: Sha256,
    /// Its bytes.
    pub(super) done: u64,
}

impl<'a> Part<'a> {
    /// An empty part. The content of `file` is lost.
    pub(super) fn new(file: &'a Path) -> Outcome<Self> {
        let to = disk::create(file)?;
        Ok(Self { file, to, hash: Sha256::new(), done: 0 })
    }

    /// The part in `file`, empty if there is no such file.
    pub(super) fn of(file: &'a Path) -> Outcome<Self> {
        let to = disk::open(file, File::options().create(true).append(true))?;
        let mut hash = Sha256::new();
        let read = File::open(file).and_then(|known| io::copy(&mut BufReader::new(known), &mut hash));
        Ok(Self { file, to, hash, done: disk::at(file, read)? })
    }

    /// Appends all bytes of `from`, and returns the SHA-256 of the whole file. `broken` makes the error of a failed read.
    pub(super) fn fill(
        mut self,
        mut from: impl Read,
        progress: impl Fn(u64),
        broken: impl Fn(&io::Error) -> PackFault,
    ) -> Outcome<String> {
        let (mut piece, mut told) = (vec![0; PIECE], self.done);
        progress(self.done);
        loop {
            let read = from.read(&mut piece).map_err(|error| broken(&error))?;
            if read == 0 {
                break;
            }
            disk::at(self.file, self.to.write_all(&piece[..read]))?;
            self.hash.update(&piece[..read]);
            self.done += read as u64;
            if self.done - told >= TOLD_EACH {
                told = self.done;
                progress(self.done);
            }
        }
        disk::at(self.file, self.to.sync_all())?;
        progress(self.done);
        Ok(format!("{:x}", self.hash.finalize()))
    }
}

/// The bytes of a file; none if it is not there.
pub(super) fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |metadata| metadata.len())
}
