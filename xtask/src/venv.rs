//! Virtual environments of Python, in the cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::apt;
use crate::step::must;

/// The Python of the virtual environment in `folder`.
pub(crate) fn python(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

/// Makes a virtual environment of `interpreter` in `folder`, which is emptied. The Python of Debian has `venv` in a separate
/// package.
///
/// # Errors
/// The package cannot be installed, or `venv` fails.
pub(crate) fn make(interpreter: &Path, folder: &Path) -> Result<()> {
    if interpreter.starts_with("/usr/bin") && apt::is_here() {
        apt::ensure(&["python3-venv"])?;
    }
    must(Command::new(interpreter).args(["-m", "venv", "--clear"]).arg(folder))
}

/// Installs the packages of the file `requirements` for `python`.
///
/// # Errors
/// pip fails.
pub(crate) fn install(python: &Path, requirements: &Path) -> Result<()> {
    must(Command::new(python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements))
}

/// Installs exactly the packages of the file, without others that they name.
///
/// # Errors
/// pip fails.
pub(crate) fn install_alone(python: &Path, requirements: &Path) -> Result<()> {
    let mut pip = Command::new(python);
    must(pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--requirement"]).arg(requirements))
}
