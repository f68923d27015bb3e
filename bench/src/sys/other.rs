//! Systems without links that everybody may make, without named pipes in the file system and without Unix's pseudo-terminals.

use std::fs::File;
use std::path::Path;

use anyhow::{Result, bail};

use super::Terminal;

/// Not supported.
///
/// # Errors
/// Always.
pub(crate) fn link(_target: &Path, _place: &Path) -> Result<()> {
    bail!("links need Unix")
}

/// Not supported.
///
/// # Errors
/// Always.
pub(crate) fn make_pipe(_path: &Path) -> Result<()> {
    bail!("named pipes in the place of files need Unix")
}

/// Not supported.
///
/// # Errors
/// Always.
pub(crate) fn open_writer(_path: &Path) -> Result<Option<File>> {
    bail!("named pipes in the place of files need Unix")
}

/// Not supported.
///
/// # Errors
/// Always.
pub(crate) fn open_terminal() -> Result<Terminal> {
    bail!("the benchmark's own pseudo-terminal needs Unix")
}
