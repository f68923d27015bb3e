//! A named pipe in place of the program's file.
//!
//! The interpreter is started with the path of its program, as for any run, but a named pipe lies at that path: the interpreter
//! initialises, opens the pipe and blocks, without any code of ours inside it. To release it, the program's file replaces the
//! pipe at that path, and its text is written through the pipe. An interpreter that had not opened the pipe yet opens the file
//! instead. Either way the program runs as if the file had been there from the start.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::libc;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;

use super::tamper::TamperDetector;
use crate::language::Prestart;
use crate::sys::Tree;

/// A named pipe needs no start-up files.
pub(crate) fn prepare(_folder: &Path) -> io::Result<Vec<File>> {
    Ok(Vec::new())
}

/// A closed barrier.
pub(crate) struct Barrier {
    /// Keeps the pipe readable until the interpreter has opened it.
    reader: File,
    writer: File,
    detector: TamperDetector,
}

impl Barrier {
    /// Creates the pipe at `path`, where nothing may exist yet.
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?;
        let end = |options: &mut OpenOptions| options.custom_flags(libc::O_NONBLOCK).open(path);
        let (reader, writer) = (end(OpenOptions::new().read(true))?, end(OpenOptions::new().write(true))?);
        let detector = TamperDetector::watch(&reader, path)?;
        Ok(Self { reader, writer, detector })
    }

    /// Whether only the interpreter has used the pipe, as far as the system can tell.
    pub(crate) fn is_untouched(&mut self, _tree: &Tree) -> bool {
        self.detector.is_untouched(&self.reader)
    }

    /// Empty: the interpreter must not notice the barrier.
    pub(super) fn environment(&self, _ahead: Prestart, _folder: &Path) -> Vec<(OsString, OsString)> {
        Vec::new()
    }

    /// Releases the interpreter with `code`, whose file must have replaced the pipe by now. An interpreter that is gone, or
    /// opened the file, needs no release.
    pub(crate) async fn release(self, code: &[u8]) -> io::Result<()> {
        let Self { reader, mut writer, detector: _ } = self;
        drop(reader);
        // Most programs fit into the pipe's buffer.
        let written = match writer.write(code) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        };
        match code.get(written..).unwrap_or_default() {
            [] => Ok(()),
            rest => write_all(writer, rest).await,
        }
    }
}

async fn write_all(writer: File, code: &[u8]) -> io::Result<()> {
    match pipe::Sender::from_file(writer)?.write_all(code).await {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
