//! The floor: a bare interpreter that waits at a named pipe in the place of its program, and is then released.
//!
//! A service that gives each program a fresh process cannot be faster: the rest is the time that the interpreter needs to read,
//! compile and run the program, and to end.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tempfile::TempDir;

use super::{Followed, Greeting, Subject, check, follow, spawn};
use crate::moment::Moment;
use crate::sys;

/// The interval at which a starting interpreter is checked.
const POLL: Duration = Duration::from_millis(1);
/// The time in which an interpreter must open its pipe.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waiting interpreters, one after the other.
pub(crate) struct Released {
    interpreter: PathBuf,
    entry: &'static str,
    code: String,
    waiting: Option<Waiting>,
}

struct Waiting {
    child: Child,
    writer: File,
    _folder: TempDir,
}

impl Released {
    /// Starts the first interpreter, which waits to run the greeting.
    ///
    /// # Errors
    /// The interpreter cannot be started, or does not open its pipe in time.
    pub(crate) fn new(interpreter: &Path, greeting: &Greeting) -> Result<Self> {
        Self::with_code(interpreter, greeting.entry, greeting.code)
    }

    /// Starts the first interpreter, which waits to run `code`.
    ///
    /// # Errors
    /// The errors of [`Self::new`].
    pub(crate) fn with_code(interpreter: &Path, entry: &'static str, code: &str) -> Result<Self> {
        let waiting = Some(Waiting::start(interpreter, entry)?);
        Ok(Self { interpreter: interpreter.to_owned(), entry, code: code.to_owned(), waiting })
    }

    /// Releases the waiting interpreter, and starts the next one afterwards. Gives the time of the release and the observations.
    ///
    /// # Errors
    /// The program failed, or the next interpreter cannot be started.
    pub(crate) fn release(&mut self) -> Result<(Moment, Followed)> {
        let Waiting { mut child, mut writer, _folder } = self.waiting.take().context("no interpreter waits")?;
        let released = Moment::now();
        writer.write_all(self.code.as_bytes())?;
        drop(writer);
        let followed = follow(&mut child)?;
        self.waiting = Some(Waiting::start(&self.interpreter, self.entry)?);
        Ok((released, followed))
    }
}

impl Subject for Released {
    fn greet(&mut self) -> Result<Duration> {
        let (released, followed) = self.release()?;
        check(&followed.output)?;
        Ok(Duration::from_secs_f64(followed.over.since(released) / 1000.0))
    }
}

impl Drop for Released {
    fn drop(&mut self) {
        if let Some(mut waiting) = self.waiting.take() {
            // If this fails, the interpreter ends by itself: its pipe has no writer any more.
            let _ = waiting.child.kill();
            let _ = waiting.child.wait();
        }
    }
}

impl Waiting {
    fn start(interpreter: &Path, entry: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join(entry);
        sys::make_pipe(&file)?;
        let mut child = spawn(interpreter, &file)?;
        let writer = writer(&mut child, &file)?;
        Ok(Self { child, writer, _folder: folder })
    }
}

/// The write end of the pipe that `child` waits at, once the child has opened it.
fn writer(child: &mut Child, file: &Path) -> Result<File> {
    let began = Instant::now();
    loop {
        if let Some(writer) = sys::open_writer(file)? {
            return Ok(writer);
        }
        if let Some(status) = child.try_wait()? {
            bail!("the interpreter did not wait for its program but ended with {status}");
        }
        if began.elapsed() > PATIENCE {
            child.kill()?;
            bail!("the interpreter does not read its program after {} s", PATIENCE.as_secs());
        }
        thread::sleep(POLL);
    }
}
