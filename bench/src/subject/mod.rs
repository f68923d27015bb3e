//! Ways to run a small program once: the bare interpreter, a service, a kernel.

mod bare;
mod http;
mod kernel;
mod released;

use std::time::Duration;

use anyhow::{Result, ensure};

pub(crate) use bare::{Bare, Followed, follow, spawn};
pub(crate) use http::Http;
pub(crate) use kernel::{FreshKernel, Kernel, WarmKernel};
pub(crate) use released::Released;

/// The time limit of a program whose limit is not measured.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

/// A program that prints `hi`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Greeting {
    /// The language's name in a request.
    pub(crate) language: &'static str,
    /// The name of a file with it.
    pub(crate) entry: &'static str,
    /// The source.
    pub(crate) code: &'static str,
}

/// The greeting in Python.
pub(crate) const PYTHON: Greeting = Greeting { language: "python", entry: "main.py", code: "print('hi')\n" };
/// The greeting in JavaScript.
pub(crate) const JAVASCRIPT: Greeting =
    Greeting { language: "javascript", entry: "main.js", code: "console.log('hi')\n" };

/// A way to run the greeting.
pub(crate) trait Subject {
    /// Runs the greeting and gives the time until its whole output arrived.
    ///
    /// # Errors
    /// The program could not run, or the output is not the greeting's.
    fn greet(&mut self) -> Result<Duration>;
}

/// Checks that the output is the greeting's.
fn check(output: &str) -> Result<()> {
    ensure!(output == "hi\n", "the program printed {output:?}");
    Ok(())
}
