//! The interpreters that every subject runs: the real programs behind shims and links.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::environment;

/// One interpreter.
pub(crate) struct Interpreter {
    /// The program that runs in the end. A version chooser's shim would be measured as part of the interpreter.
    pub(crate) path: PathBuf,
    version: String,
}

/// The interpreters of a run.
pub(crate) struct Interpreters {
    /// Python.
    pub(crate) python: Interpreter,
    /// Node.js, where the machine has it.
    pub(crate) node: Option<Interpreter>,
}

impl Interpreters {
    /// Asks `python` and the machine's `node` for their own path and version.
    ///
    /// # Errors
    /// There is no such Python, or it does not answer.
    pub(crate) fn find(python: &Path) -> Result<Self> {
        let python = Interpreter::ask(python, "-c", "import sys; print(sys.executable); print(sys.version.split()[0])")
            .with_context(|| format!("{} is not a Python that runs", python.display()))?;
        let node = Interpreter::ask(Path::new("node"), "-p", "process.execPath + '\\n' + process.version").ok();
        Ok(Self { python, node })
    }
}

impl Interpreter {
    fn ask(program: &Path, flag: &str, question: &str) -> Result<Self> {
        let mut command = Command::new(program);
        environment::set(&mut command);
        let answer = command.args([flag, question]).output()?;
        ensure!(answer.status.success(), "it ended with {}", answer.status);
        let answer = String::from_utf8(answer.stdout)?;
        let (path, version) = answer.trim().split_once('\n').context("it did not tell its path and version")?;
        Ok(Self { path: path.trim().into(), version: version.trim().to_owned() })
    }
}

impl fmt::Display for Interpreter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.version, self.path.display())
    }
}
