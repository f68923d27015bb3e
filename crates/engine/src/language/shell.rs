//! The system's shells.
//!
//! A program in a shell is no more dangerous than one in Python, but users expect it less, and models write `rm -rf` easily. So
//! they are off until the settings allow them.

use std::ffi::OsString;
use std::path::Path;

use super::program::{self, Program};
use super::unavailable::Unavailable;
use crate::interpreter::Machine;
use crate::text::sentences;

/// The programs of a shell language, best first, each with arguments before the program's file.
type Shells = &'static [&'static [&'static str]];

pub(super) const BASH: Shells = &[&["bash"]];
pub(super) const SH: Shells = &[&["sh"]];
pub(super) const POWERSHELL: Shells = &[
    &["pwsh", "-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File"],
    &["powershell", "-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File"],
];
pub(super) const CMD: Shells = &[&["cmd", "/d", "/q", "/c"]];

/// The first of `shells` that is on PATH.
pub(super) async fn find(machine: &Machine, shells: Shells) -> Result<Program, Unavailable> {
    let machine = machine.clone();
    let look = move || first(&machine, shells);
    tokio::task::spawn_blocking(look)
        .await
        .map_err(|error| Unavailable(sentences::SEARCH_BROKE.with("error", error.to_string())))?
}

fn first(machine: &Machine, shells: Shells) -> Result<Program, Unavailable> {
    let mut names = shells.iter().filter_map(|shell| shell.first());
    let found = names.clone().find_map(|name| {
        let found = program::locate(machine, name).ok()?;
        (!is_gate_to_wsl(name, &found.path)).then_some(found)
    });
    let wanted = names.next().copied().unwrap_or_default();
    found.ok_or_else(|| Unavailable(sentences::SHELL_NOT_ON_PATH.with("name", wanted)))
}

/// Whether it is Windows' own `bash.exe`, which starts its program in a virtual machine, where no limit of ours holds.
fn is_gate_to_wsl(name: &str, path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    cfg!(windows) && name == "bash" && ["System32", "WindowsApps"].iter().any(|gate| folder.eq_ignore_ascii_case(gate))
}

/// The arguments of the shell that was found under that name.
pub(super) fn args(shells: Shells, found: &str) -> Vec<OsString> {
    let shell = shells.iter().find(|shell| shell.first().is_some_and(|name| name.eq_ignore_ascii_case(found)));
    shell.into_iter().flat_map(|shell| &shell[1..]).map(OsString::from).collect()
}

/// Why a shell runs nothing that is there.
pub(super) fn off(name: &str) -> Unavailable {
    Unavailable(sentences::SHELLS_OFF.with("name", name))
}

#[cfg(test)]
mod tests {
    use super::{BASH, POWERSHELL, args};

    #[test]
    fn each_shell_has_its_own_arguments() {
        assert!(args(BASH, "bash").is_empty());
        for name in ["pwsh", "PowerShell"] {
            assert_eq!(args(POWERSHELL, name).last().map(|last| last == "-File"), Some(true), "{name}");
        }
    }
}
