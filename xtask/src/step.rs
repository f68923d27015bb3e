//! One step of a task: a title, the parts that need it, and what it does.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::context::Context;

/// The parts that `--only` chooses from.
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

/// How a step ended that did not fail.
pub(crate) enum Ending {
    /// It did its work.
    Done,
    /// It does not apply to this machine.
    Skipped(String),
}

/// One step.
pub(crate) struct Step {
    /// What it does, for people.
    pub(crate) title: &'static str,
    /// The parts that need it.
    pub(crate) parts: &'static [Part],
    /// Does it.
    pub(crate) work: fn(&Context) -> Result<Ending>,
}

/// A step that is over, for the table at the end.
pub(crate) struct Record {
    title: &'static str,
    took: Duration,
    skipped: Option<String>,
}

impl Step {
    /// Announces the step and does it. Says nothing after it: the last step's own closing lines are the task's.
    ///
    /// # Errors
    /// What went wrong, with the step's title.
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
    /// The step on one line: its time, its title, and why it was skipped.
    pub(crate) fn line(&self) -> String {
        let time = format!("{:>7.1} s  {}", self.took.as_secs_f64(), self.title);
        match &self.skipped {
            None => time,
            Some(reason) => format!("{time} (skipped: {reason})"),
        }
    }
}

/// Runs a program to its end, its output going where ours goes.
///
/// # Errors
/// It cannot be started, or it did not succeed.
pub(crate) fn must(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_owned();
    let status = command.status().with_context(|| format!("cannot start {}", name.display()))?;
    if !status.success() {
        bail!("{} ended with {status}", name.display());
    }
    Ok(())
}

/// Runs a program quietly and gives what it printed, or nothing when it failed or is not there.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
}
