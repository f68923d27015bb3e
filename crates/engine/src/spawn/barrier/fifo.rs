//! A named pipe in the place of a program.
//!
//! The interpreter is started as for any run, with the path of its program. At that path lies a named pipe: the interpreter gets
//! ready, opens it and waits there, with nothing of ours inside it. Then the program's file is put in the pipe's place and its text
//! is passed through the pipe. An interpreter that had not got to the pipe yet finds the file instead. Either way it
//! runs the program as if the file had been there from the start.

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

/// This way needs no files of its own.
pub(crate) fn prepare(_folder: &Path) -> io::Result<Vec<File>> {
    Ok(Vec::new())
}

/// A closed barrier.
pub(crate) struct Barrier {
    /// Keeps the pipe from having no reader before the interpreter is there.
    reader: File,
    writer: File,
    detector: TamperDetector,
}

impl Barrier {
    /// Closes the way to the program at `path`, where nothing may be yet.
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?;
        let end = |options: &mut OpenOptions| options.custom_flags(libc::O_NONBLOCK).open(path);
        let (reader, writer) = (end(OpenOptions::new().read(true))?, end(OpenOptions::new().write(true))?);
        let detector = TamperDetector::watch(&reader, path)?;
        Ok(Self { reader, writer, detector })
    }

    /// Whether nobody but the interpreter has used this barrier, as far as the system tells.
    pub(crate) fn is_untouched(&mut self, _tree: &Tree) -> bool {
        self.detector.is_untouched(&self.reader)
    }

    /// Nothing: the interpreter is not to know.
    pub(super) fn environment(&self, _ahead: Prestart, _folder: &Path) -> Vec<(OsString, OsString)> {
        Vec::new()
    }

    /// Lets the interpreter read `code`, which must lie at the barrier's path by now. An interpreter that is gone, or has found the
    /// file, does not need it.
    pub(crate) async fn release(self, code: &[u8]) -> io::Result<()> {
        let Self { reader, mut writer, detector: _ } = self;
        drop(reader);
        // Most programs fit into the pipe.
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
