//! The system's shells.
//!
//! A program in a shell is no more dangerous than one in Python, but users expect it less, and models write `rm -rf` easily. So
//! they are off at the isolation `none` until the settings allow them.

use std::ffi::OsString;

use super::unavailable::Unavailable;
use crate::text::sentences;

/// The programs of a shell language, best first, each with arguments before the program's file.
pub(super) type Shells = &'static [&'static [&'static str]];

pub(super) const BASH: Shells = &[&["bash"]];
pub(super) const SH: Shells = &[&["sh"]];
pub(super) const POWERSHELL: Shells = &[
    &["pwsh", "-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File"],
    &["powershell", "-NoLogo", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File"],
];
pub(super) const CMD: Shells = &[&["cmd", "/d", "/q", "/c"]];

/// The arguments of the shell that was found under that name.
pub(super) fn args(shells: Shells, found: &str) -> Vec<OsString> {
    let shell = shells.iter().find(|shell| shell.first().is_some_and(|name| name.eq_ignore_ascii_case(found)));
    shell.into_iter().flat_map(|shell| &shell[1..]).map(OsString::from).collect()
}

/// The error that programs in the shell `name` are not allowed.
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
