//! Folders of installations, and the program's place in each.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use super::machine::Machine;

/// The entries of `folder` by version, newest first; none if the folder is missing. Names without a number (environments, links
/// such as `latest`) come last.
pub(super) fn newest_first(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    entries.sort_by_cached_key(|path| (Reverse(numbers(&name(path))), name(path)));
    entries
}

/// Names by the versions in them, newest first.
pub(super) fn newest_first_names(mut names: Vec<String>) -> Vec<String> {
    names.sort_by_cached_key(|name| (Reverse(numbers(name)), name.clone()));
    names
}

/// The last component of a path.
pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The program of each installation in `folder`, newest first.
pub(super) fn programs(folder: Option<PathBuf>, place: impl Fn(&Path) -> PathBuf) -> Vec<PathBuf> {
    let entries = folder.map(|folder| newest_first(&folder)).unwrap_or_default();
    entries.iter().map(|entry| place(entry)).filter(|program| program.exists()).collect()
}

/// Python's program in an installation; for virtual environments see [`environment_python`].
pub(super) fn python(machine: &Machine, prefix: &Path) -> PathBuf {
    if machine.is_windows() {
        return prefix.join("python.exe");
    }
    let python = prefix.join("bin/python");
    if python.exists() { python } else { prefix.join("bin/python3") }
}

/// Python's program in a virtual environment.
pub(super) fn environment_python(machine: &Machine, prefix: &Path) -> PathBuf {
    if machine.is_windows() { prefix.join("Scripts").join("python.exe") } else { prefix.join("bin/python") }
}

/// Node.js's program in an installation.
pub(super) fn node(machine: &Machine, prefix: &Path) -> PathBuf {
    prefix.join(if machine.is_windows() { "node.exe" } else { "bin/node" })
}

/// The numbers in a name, by which versions are ordered: `cpython-3.9.1-linux` before `cpython-3.13.0-linux`.
fn numbers(name: &str) -> Vec<u64> {
    name.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::{name, newest_first};

    #[test]
    fn newer_versions_come_first_and_names_without_a_number_last() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["3.9.1", "3.13.0", "3.13.0rc1", "latest", "2.7.18", "3.10.2"] {
            std::fs::create_dir(folder.path().join(name)).expect("an empty folder");
        }
        let names: Vec<String> = newest_first(folder.path()).iter().map(|path| name(path)).collect();
        assert_eq!(names, ["3.13.0rc1", "3.13.0", "3.10.2", "3.9.1", "2.7.18", "latest"]);
        assert!(newest_first(&folder.path().join("missing")).is_empty());
    }
}
