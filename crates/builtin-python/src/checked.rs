//! The unpacked machine code, compared with its hash before it is mapped.
//!
//! On Unix it is hashed again only if inode, size or time of change differ from those of the last hash: no program can choose
//! that time. On Windows a program that may write to a file can set its times. There it is hashed at every start, through
//! a handle that shares reading only: as long as the handle is open, Windows lets no process write, delete or replace the file.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::about::Packed;

/// How much is read and hashed at once, in bytes.
const PIECE: usize = 1 << 20;

/// Machine code whose hash is the shipped one.
#[derive(Debug)]
pub struct Checked {
    /// While it is open, the file stays as it is.
    #[cfg(windows)]
    _file: File,
}

/// Bytes on their way, and their hash.
pub(crate) struct Hashing<W> {
    pub(crate) writer: W,
    /// Whether the writer refused some of them.
    pub(crate) is_refused: bool,
    hash: Sha256,
    size: u64,
}

impl<W> Hashing<W> {
    pub(crate) fn new(writer: W) -> Self {
        Self { writer, is_refused: false, hash: Sha256::new(), size: 0 }
    }

    /// Whether the bytes so far are the content that `packed` describes.
    pub(crate) fn is(&self, packed: &Packed) -> bool {
        self.size == packed.size && format!("{:x}", self.hash.clone().finalize()) == packed.sha256
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.writer.write(bytes).inspect_err(|_| self.is_refused = true)?;
        self.hash.update(&bytes[..taken]);
        self.size += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush().inspect_err(|_| self.is_refused = true)
    }
}

/// Compares `file` with `code`. The file `record` keeps the identity of the hashed file.
#[cfg(unix)]
pub(crate) fn check(file: &Path, record: &Path, code: &Packed) -> io::Result<Checked> {
    let identity = identity(file)?;
    if !std::fs::read_to_string(record).is_ok_and(|known| known == identity) {
        hash(File::open(file)?, code)?;
        // Where it cannot be kept, the next start hashes again.
        std::fs::write(record, identity).ok();
    }
    Ok(Checked {})
}

/// Compares `file` with `code`, and keeps it from being changed.
#[cfg(windows)]
pub(crate) fn check(file: &Path, _record: &Path, code: &Packed) -> io::Result<Checked> {
    use std::os::windows::fs::OpenOptionsExt as _;
    /// `FILE_SHARE_READ`.
    const SHARE_READ: u32 = 1;
    let file = File::options().read(true).share_mode(SHARE_READ).open(file)?;
    hash(file.try_clone()?, code)?;
    Ok(Checked { _file: file })
}

fn hash(file: File, code: &Packed) -> io::Result<()> {
    let mut hashing = Hashing::new(io::sink());
    io::copy(&mut BufReader::with_capacity(PIECE, file), &mut hashing)?;
    if hashing.is(code) { Ok(()) } else { Err(io::Error::other("the machine code was changed")) }
}

/// The file's identity, which changes with every change of the file.
#[cfg(unix)]
fn identity(file: &Path) -> io::Result<String> {
    use std::os::unix::fs::MetadataExt as _;
    let of = std::fs::symlink_metadata(file)?;
    let changed = (of.ctime(), of.ctime_nsec());
    Ok(format!("{} {} {} {} {changed:?}", of.dev(), of.ino(), of.size(), of.mtime_nsec()))
}
