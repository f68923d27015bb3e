//! A way to run a small program once: the bare interpreter, or a service.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::client::{Answer, Client};
use crate::environment;

/// The time that a program gets where the time is not what is measured.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

/// A program that prints `hi`.
pub(crate) struct Greeting {
    /// The language's name in a request.
    pub(crate) language: &'static str,
    /// The source.
    pub(crate) code: &'static str,
}

/// The greeting in Python.
pub(crate) const PYTHON: Greeting = Greeting { language: "python", code: "print('hi')\n" };
/// The greeting in JavaScript.
pub(crate) const JAVASCRIPT: Greeting = Greeting { language: "javascript", code: "console.log('hi')\n" };

/// A way to run the greeting.
pub(crate) enum Subject<'a> {
    /// The interpreter, started with a file; its output is read from pipes.
    Bare {
        /// The interpreter.
        interpreter: &'a Path,
        /// The file with the greeting.
        file: &'a Path,
    },
    /// A service, over a connection that stays open.
    Http(Client, &'a Greeting),
}

impl<'a> Subject<'a> {
    /// The bare interpreter.
    pub(crate) fn bare(interpreter: &'a Path, file: &'a Path) -> Self {
        Self::Bare { interpreter, file }
    }

    /// Runs the greeting and gives the time until its whole output was there.
    ///
    /// # Errors
    /// The output is not the greeting's.
    pub(crate) fn greet(&self) -> Result<Duration> {
        let began = Instant::now();
        let output = match self {
            Self::Bare { interpreter, file } => run(interpreter, file)?,
            Self::Http(client, greeting) => output(client, greeting)?,
        };
        let took = began.elapsed();
        ensure!(output == "hi\n", "the program printed {output:?}");
        Ok(took)
    }
}

fn output(client: &Client, greeting: &Greeting) -> Result<String> {
    let Answer { output, error, status, .. } = client.execute(greeting.language, greeting.code, TIMEOUT)?;
    ensure!(status == "completed", "the service says {status}: {error}");
    Ok(output)
}

/// Runs `file` and gives what it printed.
///
/// # Errors
/// It cannot be started, or its output is not UTF-8.
pub(crate) fn run(interpreter: &Path, file: &Path) -> Result<String> {
    let mut command = Command::new(interpreter);
    environment::set(&mut command);
    let output = command.arg(file).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot start {}", interpreter.display()))?;
    String::from_utf8(output.stdout).context("the output is not UTF-8")
}
