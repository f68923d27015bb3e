//! Unpacked files, compared with their hashes before they are used.
//!
//! They are hashed at every start, unless the caller passes their identity from the time when this program compared them last
//! (`--checked`): the service asks for it once, when it looks for interpreters, and keeps the answer in its memory. No record of
//! the comparison is on disk, because a process that can change the file could write such a record too.
//!
//! No program can choose the time of change, which is part of an identity on Unix. On Windows a process that may write to a file
//! can set each of its times: there machine code is hashed in any case, through a handle that shares reading only. As long as the
//! handle is open, Windows lets no process write, delete or replace the file.

use std::fs::{File, Metadata};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::about::Packed;

/// How much is read and hashed at once, in bytes.
const PIECE: usize = 1 << 20;

/// An open file that is used only if it is the shipped one.
#[derive(Debug)]
pub struct Checked {
    path: PathBuf,
    file: File,
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

impl Checked {
    /// Opens the file at `path`, which is no link, and belongs to this user or to the system.
    ///
    /// # Errors
    /// The path is another kind of file, or cannot be opened.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = open(path)?;
        if !is_ours(&file.metadata()?) {
            return Err(io::Error::other("it is no plain file of this user"));
        }
        Ok(Self { path: path.to_owned(), file })
    }

    /// The properties that change with every change of the file.
    pub(crate) fn identity(&self) -> io::Result<String> {
        Ok(identity(&self.file.metadata()?))
    }

    /// Compares the content with `packed`, unless the file `is_known` and its identity says enough.
    ///
    /// # Errors
    /// The content differs.
    pub(crate) fn compare(&self, packed: &Packed, is_known: bool) -> io::Result<()> {
        if is_known && cfg!(unix) {
            return Ok(());
        }
        let mut hashing = Hashing::new(io::sink());
        io::copy(&mut BufReader::with_capacity(PIECE, &self.file), &mut hashing)?;
        if hashing.is(packed) { Ok(()) } else { Err(io::Error::other("its content was changed")) }
    }

    /// The file.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// A path of this open file itself, whatever lies in its place by now.
    pub fn path(&self) -> PathBuf {
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsRawFd as _;
            let open = PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
            if open.exists() {
                return open;
            }
        }
        self.path.clone()
    }
}

/// The properties that change with every change of the names in a folder.
pub(crate) fn identity_of_folder(folder: &Path) -> io::Result<String> {
    Ok(identity(&std::fs::symlink_metadata(folder)?))
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    // A pipe would be waited for.
    File::options().read(true).custom_flags(nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK).open(path)
}

#[cfg(windows)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::windows::fs::OpenOptionsExt as _;
    /// `FILE_SHARE_READ`.
    const SHARE_READ: u32 = 1;
    File::options().read(true).share_mode(SHARE_READ).open(path)
}

/// Its folder is private, so that nobody else can write to it.
#[cfg(unix)]
fn is_ours(file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.is_file() && (file.uid() == nix::unistd::geteuid().as_raw() || file.uid() == 0)
}

#[cfg(windows)]
fn is_ours(file: &Metadata) -> bool {
    file.is_file()
}

#[cfg(unix)]
fn identity(of: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    let times = [of.mtime(), of.mtime_nsec(), of.ctime(), of.ctime_nsec()].map(|time| time.to_string()).join(".");
    format!("{}.{}.{}.{:o}.{times}", of.dev(), of.ino(), of.size(), of.mode())
}

#[cfg(windows)]
fn identity(of: &Metadata) -> String {
    use std::os::windows::fs::MetadataExt as _;
    format!("{}.{}.{}", of.file_size(), of.creation_time(), of.last_write_time())
}
