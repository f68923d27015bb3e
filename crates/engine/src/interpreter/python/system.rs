//! Python on PATH, from Homebrew, and from python.org's installer for macOS.

use std::path::{Path, PathBuf};

use crate::interpreter::folder::{name, newest_first, programs};
use crate::interpreter::install_roots::homebrew_prefixes;
use crate::interpreter::machine::Machine;
use crate::interpreter::{executable, search_path};

/// The plain names in all of PATH first, then versioned names and other implementations.
pub(super) fn on_path(machine: &Machine) -> Vec<PathBuf> {
    let folders = search_path::folders(machine);
    let names = if machine.is_windows() { ["python", "python3"] } else { ["python3", "python"] };
    let find = |name: &str| folders.iter().filter_map(|folder| search_path::find_in(machine, folder, name)).collect();
    let mut programs: Vec<PathBuf> = names.into_iter().flat_map(|name| -> Vec<PathBuf> { find(name) }).collect();
    programs.extend(folders.iter().flat_map(|folder| versioned(folder)));
    programs.extend(find("pypy3"));
    programs
}

/// `python3.13` and the like, newest first. A version switcher's folder has shims for all installed versions, even for inactive
/// ones, so it is skipped.
fn versioned(folder: &Path) -> Vec<PathBuf> {
    if folder.ends_with("shims") {
        return Vec::new();
    }
    newest_first(folder).into_iter().filter(|path| is_versioned(&name(path)) && executable::is_program(path)).collect()
}

fn is_versioned(name: &str) -> bool {
    let minor = name.strip_prefix("python3.").map(|rest| rest.strip_suffix(".exe").unwrap_or(rest));
    minor.is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Homebrew's versions, each below `opt`.
pub(super) fn homebrew(machine: &Machine) -> Vec<PathBuf> {
    let kegs = homebrew_prefixes(machine).into_iter().flat_map(|prefix| newest_first(&prefix.join("opt")));
    let kegs = kegs.filter(|keg| name(keg).starts_with("python@3"));
    kegs.map(|keg| keg.join("bin").join(name(&keg).replace('@', ""))).filter(|program| program.exists()).collect()
}

/// The frameworks of python.org's installer.
pub(super) fn python_org(machine: &Machine) -> Vec<PathBuf> {
    let versions = machine.is_macos().then(|| machine.absolute("/Library/Frameworks/Python.framework/Versions"));
    programs(versions, |version| version.join("bin/python3"))
}

#[cfg(test)]
mod tests {
    use super::is_versioned;

    #[test]
    fn only_interpreters_with_a_version_are_versioned() {
        for (name, expected) in [
            ("python3.13", true),
            ("python3.9.exe", true),
            ("python3", false),
            ("python3.", false),
            ("python3.13-config", false),
            ("python3.13t", false),
            ("python2.7", false),
        ] {
            assert_eq!(is_versioned(name), expected, "{name}");
        }
    }
}
