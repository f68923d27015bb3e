//! The interpreters that every subject runs: the real programs, not shims or links.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::environment;

/// One interpreter.
pub(crate) struct Interpreter {
    /// The real program. The shim of a version manager would be measured as part of the interpreter.
    pub(crate) path: PathBuf,
    version: String,
}

/// The interpreters of a run.
pub(crate) struct Interpreters {
    /// Python.
    pub(crate) python: Interpreter,
    /// Node.js, where the machine has it.
    pub(crate) node: Option<Interpreter>,
    /// The versions of Jupyter Server and of its kernel, or why they cannot be measured.
    pub(crate) jupyter: Result<String, String>,
}

/// Prints the versions of Jupyter in a Python.
const JUPYTER: &str = "import jupyter_server, ipykernel\n\
    print('jupyter-server', jupyter_server.__version__ + ', ipykernel', ipykernel.__version__)";

impl Interpreters {
    /// Asks `python` and the machine's `node` for their own path and version.
    ///
    /// # Errors
    /// `python` cannot be started or prints something unexpected.
    pub(crate) fn find(python: &Path) -> Result<Self> {
        let python = Interpreter::ask(python, "-c", "import sys; print(sys.executable); print(sys.version.split()[0])")
            .with_context(|| format!("{} is not a Python that runs", python.display()))?;
        let node = Interpreter::ask(Path::new("node"), "-p", "process.execPath + '\\n' + process.version").ok();
        let jupyter = jupyter(&python.path);
        Ok(Self { python, node, jupyter })
    }

    /// The interpreters with their versions, for the report.
    pub(crate) fn names(&self) -> Vec<String> {
        let node = self.node.as_ref().map_or_else(|| "not found".to_owned(), ToString::to_string);
        let jupyter = match &self.jupyter {
            Ok(version) => version.clone(),
            Err(reason) => format!("jupyter-server not measured: {reason}"),
        };
        vec![format!("Python {}", self.python), format!("Node.js {node}"), jupyter]
    }

    /// The subjects that cannot be measured, with the reasons.
    pub(crate) fn missing(&self) -> Vec<String> {
        let jupyter = self.jupyter.as_ref().err().map(|reason| format!("Jupyter was not measured: {reason}."));
        let node = self.node.is_none().then(|| "Node.js was not measured: this machine has none.".to_owned());
        jupyter.into_iter().chain(node).collect()
    }
}

fn jupyter(python: &Path) -> Result<String, String> {
    let mut command = Command::new(python);
    environment::set(&mut command);
    let answer = command.args(["-c", JUPYTER]).output().map_err(|error| error.to_string())?;
    if answer.status.success() {
        return Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned());
    }
    let stderr = String::from_utf8_lossy(&answer.stderr);
    Err(format!("it is not installed ({})", stderr.lines().last().unwrap_or("no reason was given")))
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
