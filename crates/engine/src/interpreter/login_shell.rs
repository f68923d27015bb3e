//! The login shell's PATH. An app that macOS starts from Finder has a minimal PATH without the folders that the user's shell
//! adds.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::machine::Machine;
use super::probe::probe;

/// The PATH that launchd gives to programs.
const BARE_PATH: &str = "/usr/bin:/bin:/usr/sbin:/sbin";
const DEFAULT_SHELL: &str = "/bin/zsh";
/// Printed before and after PATH, to tell it from the output of the shell's start-up files.
const MARK: &str = "\u{1}runtray\u{1}";

/// Asks the login shell once, where necessary. If that fails or times out, PATH stays as it is.
pub(super) async fn import(machine: &Machine) {
    if machine.is_macos() && machine.variable("PATH").is_none_or(|path| path == BARE_PATH) {
        machine.login_path.get_or_init(|| ask_shell(machine)).await;
    }
}

/// The PATH that [`import`] found.
pub(super) fn imported(machine: &Machine) -> Option<&OsStr> {
    machine.login_path.get()?.as_deref()
}

async fn ask_shell(machine: &Machine) -> Option<OsString> {
    let shell = machine.variable("SHELL").unwrap_or(OsStr::new(DEFAULT_SHELL));
    // fish stores PATH as a list; `printenv` prints the variable that every shell exports.
    let script = "printf '\\001runtray\\001'; printenv PATH; printf '\\001runtray\\001'";
    match probe(machine, Path::new(shell), &["-l", "-i", "-c", script]).await {
        Ok(answer) => path_in(&answer.stdout),
        Err(error) => {
            tracing::warn!(shell = %shell.display(), "the login shell {error}; PATH stays as it is");
            None
        }
    }
}

fn path_in(answer: &str) -> Option<OsString> {
    let path = answer.split(MARK).nth(1)?.trim();
    (!path.is_empty()).then(|| path.into())
}

#[cfg(test)]
mod tests {
    use super::path_in;

    #[test]
    fn the_path_is_told_from_what_the_shell_prints_around_it() {
        for (answer, expected) in [
            ("", None),
            ("motd\n", None),
            ("\u{1}runtray\u{1}\u{1}runtray\u{1}", None),
            ("hello\n\u{1}runtray\u{1}/opt/bin:/bin\n\u{1}runtray\u{1}bye\n", Some("/opt/bin:/bin")),
        ] {
            assert_eq!(path_in(answer).as_deref(), expected.map(AsRef::as_ref), "{answer:?}");
        }
    }
}
