//! Copies of the built-in Python, where a program looks for it.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// The program's file name.
pub(super) const PROGRAM: &str = if cfg!(windows) { "runtray-python.exe" } else { "runtray-python" };

/// The folder beside the program with the shipped files.
pub(super) const ARTIFACT: &str = "builtin-python";

/// Names everything in the folder, with hashes; copied last.
const DESCRIPTION: &str = "about.json";

/// Copies the files in `from` into a folder in `folder`, unless the same are there.
///
/// # Errors
/// A file cannot be copied.
pub(super) fn artifact(from: &Path, folder: &Path) -> Result<()> {
    let to = folder.join(ARTIFACT);
    let description = |folder: &Path| fs::read(folder.join(DESCRIPTION)).ok();
    if description(from) == description(&to) {
        return Ok(());
    }
    if to.exists() {
        fs::remove_dir_all(&to).with_context(|| format!("cannot remove {}", to.display()))?;
    }
    fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
    let mut names: Vec<_> = fs::read_dir(from)?.collect::<Result<Vec<_>, _>>()?;
    names.retain(|entry| entry.path().is_file());
    names.sort_by_key(|entry| entry.file_name() == DESCRIPTION);
    for entry in names {
        fs::copy(entry.path(), to.join(entry.file_name())).with_context(|| format!("cannot copy {entry:?}"))?;
    }
    Ok(())
}

/// Copies the program into `folder`. A process that runs there keeps its old file.
///
/// # Errors
/// It cannot be copied.
pub(super) fn program(program: &Path, folder: &Path) -> Result<()> {
    let (to, new) = (folder.join(PROGRAM), folder.join("runtray-python.new"));
    if fs::read(program).ok() == fs::read(&to).ok() {
        return Ok(());
    }
    fs::copy(program, &new).and_then(|_| fs::rename(&new, &to)).with_context(|| format!("cannot make {}", to.display()))
}
