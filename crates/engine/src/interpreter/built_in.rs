//! The built-in Python: a program that is shipped beside this one.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::executable::is_program;
use crate::sys::own_program;

/// The name of the built-in Python in the settings, where an own one has a path.
pub const BUILT_IN: &str = "builtin";

/// The name of the one with the science pack.
pub const SCIENCE: &str = "science";

/// The time limit of its first answer, for which it unpacks itself.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);

/// The program's file name.
const PROGRAM: &str = if cfg!(windows) { "runtray-python.exe" } else { "runtray-python" };

/// The file name of the compiler of the science pack.
const COMPILER: &str = if cfg!(windows) { "runtray-python-compile.exe" } else { "runtray-python-compile" };

/// The folder of its unpacked files, in the user's folder for caches.
const UNPACKED: &str = "runtray-python";

/// The folder of packages that do not put it beside our program, relative to the parent of our program's folder.
const ELSEWHERE: &str = "lib/runtray";

/// The variable with another path of the program, for tests and packagers; empty: there is no built-in Python.
const VARIABLE: &str = "RUNTRAY_BUILTIN_PYTHON";

/// The program, if it is installed.
pub(super) fn installed() -> Option<PathBuf> {
    find(env::var_os(VARIABLE), own_program()?.parent()?)
}

fn find(variable: Option<OsString>, ours: &Path) -> Option<PathBuf> {
    let candidates = match variable {
        Some(named) => vec![PathBuf::from(named)],
        None => [Some(ours.to_owned()), ours.parent().map(|parent| parent.join(ELSEWHERE))]
            .into_iter()
            .flatten()
            .map(|folder| folder.join(PROGRAM))
            .collect(),
    };
    candidates.into_iter().find(|path| path.is_absolute() && is_program(path))
}

/// The folders with the files of the program `built_in`: the program's own folder, and the folder in the cache where it unpacks
/// its files if it cannot do so beside itself.
pub(super) fn folders(built_in: &Path) -> Vec<PathBuf> {
    let unpacked = caches().map(|caches| caches.join(UNPACKED));
    built_in.parent().map(Path::to_path_buf).into_iter().chain(unpacked).collect()
}

/// The user's folder for caches, as the program finds it: without the environment on Unix.
#[cfg(unix)]
fn caches() -> Option<PathBuf> {
    let user = nix::unistd::User::from_uid(nix::unistd::geteuid()).ok()??;
    Some(user.dir.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }))
}

#[cfg(not(unix))]
fn caches() -> Option<PathBuf> {
    env::var_os("LOCALAPPDATA").map(PathBuf::from)
}

/// Whether the science pack can be made for the program `built_in`: a compiler is beside it.
pub(crate) fn offers_science(built_in: &Path) -> bool {
    is_program(&built_in.with_file_name(COMPILER))
}

/// Whether `path` is the program `built_in` or a link to it.
pub(super) fn is(path: &Path, built_in: &Path) -> bool {
    let same_file = || path.canonicalize().is_ok_and(|real| built_in.canonicalize().is_ok_and(|ours| ours == real));
    path == built_in || (path.file_name() == built_in.file_name() && same_file())
}

/// Its name for people, with the first two numbers of its version.
pub(super) fn name(implementation: &str, version: &str, has_science: bool) -> String {
    let short = version.match_indices('.').nth(1).map_or(version, |(end, _)| &version[..end]);
    let pack = if has_science { ", science" } else { "" };
    format!("{implementation} {short} (built in{pack})")
}

#[cfg(test)]
mod tests {
    use super::{COMPILER, ELSEWHERE, PROGRAM, find, name, offers_science};

    #[test]
    fn it_lies_beside_our_program_or_where_it_is_said_to_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let ours = folder.path().join("bin");
        let library = folder.path().join(ELSEWHERE);
        for place in [&ours, &library] {
            std::fs::create_dir_all(place).expect("a folder");
            std::fs::copy(std::env::current_exe().expect("a program"), place.join(PROGRAM)).expect("a program");
        }
        assert_eq!(find(None, &ours), Some(ours.join(PROGRAM)));
        assert_eq!(find(Some(library.join(PROGRAM).into()), &ours), Some(library.join(PROGRAM)));
        for nothing in ["", PROGRAM, "/nowhere/runtray-python"] {
            assert_eq!(find(Some(nothing.into()), &ours), None, "{nothing:?}");
        }
        assert!(!offers_science(&ours.join(PROGRAM)));
        std::fs::copy(ours.join(PROGRAM), ours.join(COMPILER)).expect("a program");
        assert!(offers_science(&ours.join(PROGRAM)));
        std::fs::remove_file(ours.join(PROGRAM)).expect("a file");
        assert_eq!(find(None, &ours), Some(library.join(PROGRAM)));
    }

    #[test]
    fn its_name_says_that_it_is_built_in() {
        assert_eq!(name("CPython", "3.14.0", false), "CPython 3.14 (built in)");
        assert_eq!(name("CPython", "3.15", true), "CPython 3.15 (built in, science)");
    }
}
