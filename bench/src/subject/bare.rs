//! The bare interpreter.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use super::{Greeting, Subject, check};
use crate::environment;
use crate::moment::Moment;

/// The interpreter, started with a file. Its output is read from pipes.
pub(crate) struct Bare {
    interpreter: PathBuf,
    folder: TempDir,
    entry: &'static str,
}

/// The observations of a reader of a program's own pipe.
pub(crate) struct Followed {
    /// When the first byte arrived.
    pub(crate) first: Moment,
    /// When the last byte arrived.
    pub(crate) last: Moment,
    /// All output.
    pub(crate) output: String,
    /// When the exit was noticed.
    pub(crate) over: Moment,
}

impl Bare {
    /// A subject with `interpreter` and the greeting in a file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn new(interpreter: &Path, greeting: &Greeting) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join(greeting.entry), greeting.code)?;
        Ok(Self { interpreter: interpreter.to_owned(), folder, entry: greeting.entry })
    }
}

impl Subject for Bare {
    fn greet(&mut self) -> Result<Duration> {
        let file = self.folder.path().join(self.entry);
        let began = Instant::now();
        let output = command(&self.interpreter, &file).output();
        let took = began.elapsed();
        let output = output.with_context(|| format!("cannot start {}", self.interpreter.display()))?;
        check(&String::from_utf8_lossy(&output.stdout))?;
        Ok(took)
    }
}

/// Starts `interpreter` with `file`.
///
/// # Errors
/// The interpreter cannot be started.
pub(crate) fn spawn(interpreter: &Path, file: &Path) -> Result<Child> {
    let mut command = command(interpreter, file);
    command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", interpreter.display()))
}

fn command(interpreter: &Path, file: &Path) -> Command {
    let mut command = Command::new(interpreter);
    environment::set(&mut command);
    command.arg(file).stdin(Stdio::null());
    command
}

/// Reads the output of `child` until it ends.
///
/// # Errors
/// The program printed nothing, or failed.
pub(crate) fn follow(child: &mut Child) -> Result<Followed> {
    let mut pipe = child.stdout.take().context("the program has no output")?;
    let (mut bytes, mut times, mut block) = (Vec::new(), None, [0; 4096]);
    loop {
        let length = pipe.read(&mut block)?;
        if length == 0 {
            break;
        }
        let now = Moment::now();
        times = Some((times.map_or(now, |(first, _)| first), now));
        bytes.extend(&block[..length]);
    }
    let status = child.wait()?;
    let over = Moment::now();
    ensure!(status.success(), "the program ended with {status}");
    let (first, last) = times.context("the program printed nothing")?;
    let output = String::from_utf8(bytes).context("the output is not UTF-8")?;
    Ok(Followed { first, last, output, over })
}
