//! What a program finds around its interpreter: the same interpreter, and its tools, under the names that programs call.
//!
//! A program that starts `python`, `pip` or `npm` means those of the interpreter that runs it. So the folder of an interpreter comes
//! first on the program's search path. Two things stand against that: a folder such as `/usr/bin` holds much else, which would hide
//! what the user write_shims before it; and an interpreter may lie there under another name than `python`. For both there are *stand-ins*,
//! small scripts in the run's own folder. Windows has no such scripts, and needs none: interpreters have their usual names there.

mod conda;
mod tools;

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::interpreter::Found;
use tools::{Tool, Tools};

/// What a run gets on account of its interpreter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activation {
    /// Environment variables on top of every run's.
    pub env: Vec<(String, String)>,
    /// Folders before the others on the search path; the stand-ins' is among them as an empty one.
    first: Vec<PathBuf>,
    /// Folders behind the others.
    last: Vec<PathBuf>,
    shims: Vec<Tool>,
}

impl Activation {
    /// Of a Python.
    pub(super) fn of_python(found: &Found) -> Self {
        let mut env = conda::variables(&found.prefix);
        if found.virtual_environment {
            env.push(("VIRTUAL_ENV".into(), found.prefix.display().to_string()));
        }
        Self { env, ..Self::with(&Tools::of_python(found), conda::folders(&found.prefix)) }
    }

    /// Of a Node.js.
    pub(super) fn of_node(found: &Found) -> Self {
        Self::with(&Tools::of_node(found), Vec::new())
    }

    /// On the search path that runs get.
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

    /// `path` with the folders around the interpreter, the stand-ins in `folder`.
    pub(crate) fn search_path(&self, path: &OsStr, folder: &Path) -> OsString {
        let write_shims = |it: &PathBuf| if it.as_os_str().is_empty() { folder.to_path_buf() } else { it.clone() };
        joined(&self.first.iter().map(write_shims).collect::<Vec<_>>(), path, &self.last)
    }

    /// Puts the stand-ins into `folder`, which is made if there are any.
    ///
    /// # Errors
    /// They cannot be written.
    pub(crate) fn write_shims(&self, folder: &Path) -> std::io::Result<()> {
        if !self.shims.is_empty() {
            std::fs::create_dir(folder)?;
        }
        self.shims.iter().try_for_each(|command| command.write_shim(folder))
    }
}

/// A search path; what is in `first` is not repeated. One that holds a separator cannot be part of it, and is left out.
fn joined(first: &[PathBuf], path: &OsStr, last: &[PathBuf]) -> OsString {
    let rest = env::split_paths(path).filter(|folder| !first.contains(folder));
    let folders = first.iter().cloned().chain(rest).chain(last.iter().cloned());
    let whole = |folder: &PathBuf| env::join_paths([folder]).is_ok();
    env::join_paths(folders.filter(whole)).unwrap_or_else(|_| path.to_owned())
}

#[cfg(all(test, unix))]
mod tests;
