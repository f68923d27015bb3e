//! Looks up programs on PATH.

use std::path::{Path, PathBuf};

use super::executable::is_program;
use super::login_shell;
use super::machine::Machine;

/// The extensions if PATHEXT is not set.
const DEFAULT_EXTENSIONS: &str = ".COM;.EXE;.BAT;.CMD";

/// The folders on PATH, in order. Relative ones are left out, because they depend on the current folder.
pub(super) fn folders(machine: &Machine) -> Vec<PathBuf> {
    let path = login_shell::imported(machine).or_else(|| machine.variable("PATH"));
    let folders = path.map(|path| std::env::split_paths(path).collect::<Vec<_>>()).unwrap_or_default();
    folders.into_iter().filter(|folder| folder.is_absolute()).collect()
}

/// The program that a shell would run for `name`.
pub(crate) fn find(machine: &Machine, name: &str) -> Option<PathBuf> {
    folders(machine).iter().find_map(|folder| find_in(machine, folder, name))
}

/// The program of that name in `folder`.
pub(super) fn find_in(machine: &Machine, folder: &Path, name: &str) -> Option<PathBuf> {
    names(machine, name).into_iter().map(|name| folder.join(name)).find(|path| is_program(path))
}

/// The file names of a program: on Windows with each extension of PATHEXT.
fn names(machine: &Machine, name: &str) -> Vec<String> {
    if !machine.is_windows() {
        return vec![name.to_owned()];
    }
    let extensions = machine.variable("PATHEXT").and_then(|value| value.to_str()).unwrap_or(DEFAULT_EXTENSIONS);
    let extensions: Vec<String> = extensions.split(';').map(str::to_ascii_lowercase).collect();
    let lower = name.to_ascii_lowercase();
    if extensions.iter().any(|extension| !extension.is_empty() && lower.ends_with(extension.as_str())) {
        return vec![name.to_owned()];
    }
    extensions
        .iter()
        .filter(|extension| extension.starts_with('.'))
        .map(|extension| format!("{name}{extension}"))
        .collect()
}
