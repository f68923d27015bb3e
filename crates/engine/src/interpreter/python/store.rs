//! Python from the Microsoft Store, which can only be started through aliases.

use std::path::{Path, PathBuf};

use crate::interpreter::folder::{name, newest_first};
use crate::interpreter::machine::Machine;

/// The prefix of the family name of python.org's packages.
const PACKAGE: &str = "PythonSoftwareFoundation.Python.3";

/// The aliases of each installed version, newest first.
pub(super) fn installed(machine: &Machine) -> Vec<PathBuf> {
    let aliases = machine.folder("LOCALAPPDATA").filter(|_| machine.is_windows());
    let aliases = aliases.map(|data| newest_first(&data.join("Microsoft/WindowsApps"))).unwrap_or_default();
    aliases.iter().filter(|entry| name(entry).starts_with(PACKAGE)).map(|package| program(package)).collect()
}

fn program(package: &Path) -> PathBuf {
    package.join("python.exe")
}
