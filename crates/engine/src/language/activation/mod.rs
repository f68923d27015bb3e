//! Activates the interpreter's environment for a program: PATH, variables and shims.
//!
//! A program that starts `python`, `pip` or `npm` means the commands of its own interpreter, so the interpreter's folder goes
//! first on the program's PATH. There are two exceptions. A folder such as `/usr/bin` contains many other programs, which would
//! hide the folders that the user put before it. And an interpreter may have another name than `python`. For both, *shims*, small
//! scripts, are written into the run's folder. Windows has no shims, and needs none: interpreters have their usual names there.

mod conda;
mod tools;

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::interpreter::Found;
use tools::{Tool, Tools};

/// The changes to a run's environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activation {
    /// Additional environment variables.
    pub env: Vec<(String, String)>,
    /// Folders before the others on PATH; an empty path stands for the shims' folder.
    first: Vec<PathBuf>,
    /// Folders after the others.
    last: Vec<PathBuf>,
    shims: Vec<Tool>,
}

impl Activation {
    /// For a Python.
    pub(super) fn of_python(found: &Found) -> Self {
        let mut env = conda::variables(&found.prefix);
        if found.virtual_environment {
            env.push(("VIRTUAL_ENV".into(), found.prefix.display().to_string()));
        }
        Self { env, ..Self::with(&Tools::of_python(found), conda::folders(&found.prefix)) }
    }

    /// For a Node.js.
    pub(super) fn of_node(found: &Found) -> Self {
        Self::with(&Tools::of_node(found), Vec::new())
    }

    /// For the PATH of runs.
    fn with(tools: &Tools, more: Vec<PathBuf>) -> Self {
        Self::on(&env::var_os("PATH").unwrap_or_default(), tools, more)
    }

    fn on(path: &OsStr, tools: &Tools, more: Vec<PathBuf>) -> Self {
        let (first, last) = tools.folders(path);
        let shims = tools.shims(&joined(&first, path, &last));
        let stands_first = shims.iter().any(|command| first.iter().any(|folder| folder.join(command.name).exists()));
        let ours = if shims.is_empty() { Vec::new() } else { vec![PathBuf::new()] };
        let first = if stands_first { [ours, first, more].concat() } else { [first, more, ours].concat() };
        Self { env: Vec::new(), first, last, shims }
    }

    /// `path` with the folders added; the shims are in `folder`.
    pub(crate) fn search_path(&self, path: &OsStr, folder: &Path) -> OsString {
        let write_shims = |it: &PathBuf| if it.as_os_str().is_empty() { folder.to_path_buf() } else { it.clone() };
        joined(&self.first.iter().map(write_shims).collect::<Vec<_>>(), path, &self.last)
    }

    /// Writes the shims into `folder`, which is created if there are any.
    ///
    /// # Errors
    /// The shims cannot be written.
    pub(crate) fn write_shims(&self, folder: &Path) -> std::io::Result<()> {
        if !self.shims.is_empty() {
            std::fs::create_dir(folder)?;
        }
        self.shims.iter().try_for_each(|command| command.write_shim(folder))
    }
}

/// A PATH with the folders of `first` not repeated. A folder whose name contains a separator is left out.
fn joined(first: &[PathBuf], path: &OsStr, last: &[PathBuf]) -> OsString {
    let rest = env::split_paths(path).filter(|folder| !first.contains(folder));
    let folders = first.iter().cloned().chain(rest).chain(last.iter().cloned());
    let whole = |folder: &PathBuf| env::join_paths([folder]).is_ok();
    env::join_paths(folders.filter(whole)).unwrap_or_else(|_| path.to_owned())
}

#[cfg(all(test, unix))]
mod tests;
