//! One step of a task: its title, the parts it belongs to, and its work.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::context::Context;

/// A part of `cargo xtask test` that `--only` can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Formatting, clippy, licenses, documentation.
    Lint,
    /// Types of the engine for macOS.
    Macos,
    /// Clippy, build and tests for Windows, under Wine.
    Windows,
    /// The tests on this machine.
    #[value(alias = "linux")]
    Native,
}

/// The result of a step that did not fail.
pub(crate) enum Ending {
    /// The step did its work.
    Done,
    /// The step does not apply to this machine, for this reason.
    Skipped(String),
}

/// One step.
pub(crate) struct Step {
    /// A title that is printed.
    pub(crate) title: &'static str,
    /// The parts that include this step.
    pub(crate) parts: &'static [Part],
    /// The function that does the work.
    pub(crate) work: fn(&Context) -> Result<Ending>,
}

/// A completed step, for the table at the end.
pub(crate) struct Record {
    title: &'static str,
    took: Duration,
    skipped: Option<String>,
}

impl Step {
    /// Prints the title and does the work. Prints nothing afterwards, so that the output of the last step ends the task's output.
    ///
    /// # Errors
    /// The error of the work, with the step's title.
    pub(crate) fn run(&self, context: &Context) -> Result<Record> {
        eprintln!("\n==> {}", self.title);
        let start = Instant::now();
        let ending = (self.work)(context).with_context(|| format!("the step \"{}\" failed", self.title))?;
        let skipped = match ending {
            Ending::Done => None,
            Ending::Skipped(reason) => Some(reason),
        };
        Ok(Record { title: self.title, took: start.elapsed(), skipped })
    }
}

impl Record {
    /// One line with the step's duration, its title and the reason if it was skipped.
    pub(crate) fn line(&self) -> String {
        let time = format!("{:>7.1} s  {}", self.took.as_secs_f64(), self.title);
        match &self.skipped {
            None => time,
            Some(reason) => format!("{time} (skipped: {reason})"),
        }
    }
}

/// Runs a program to its end. It inherits stdout and stderr.
///
/// # Errors
/// The program cannot be started, or it exits with an error.
pub(crate) fn must(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_owned();
    let status = command.status().with_context(|| format!("cannot start {}", name.display()))?;
    if !status.success() {
        bail!("{} ended with {status}", name.display());
    }
    Ok(())
}

/// Runs a program and returns its trimmed stdout, or `None` if the program is missing or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
}

/// Does `work` unless the stamp file (as of `make`) contains `wanted`, and writes it afterwards.
///
/// # Errors
/// The work fails, or the file cannot be written.
pub(crate) fn once(stamp: &Path, wanted: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    if fs::read_to_string(stamp).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    work()?;
    fs::write(stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}
