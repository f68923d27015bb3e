//! The parameters of a new process tree.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::isolation::Outward;
use crate::limits::Limits;
use crate::session::TerminalSize;

/// The parameters of a new process tree.
pub(crate) struct Launch<'a> {
    /// The program, an absolute path.
    pub(crate) program: &'a Path,
    /// Its arguments, without the program's name.
    pub(crate) args: &'a [OsString],
    /// Its complete environment.
    pub(crate) env: &'a [(OsString, OsString)],
    /// Its working folder.
    pub(crate) folder: &'a Path,
    /// The folders it owns.
    pub(crate) folders: RunFolders<'a>,
    /// The grants of the level `sandbox`; `None` at the level `none`.
    pub(crate) sandbox: Option<&'a Grants>,
    /// The limits that the platform enforces. The run loop enforces wall-clock time, output and folder size.
    pub(crate) limits: &'a Limits,
    /// Whether the program waits at a barrier. Its tree is not monitored before [`Tree::begin`](super::Tree::begin).
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "elsewhere nobody looks at a tree that nobody waits for")
    )]
    pub(crate) waits: bool,
    /// The size of the terminal, if the standard streams are one.
    pub(crate) terminal: Option<TerminalSize>,
}

/// The files that a program at the level `sandbox` may use besides the system and its own folders.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    /// The parts of the interpreter, to read.
    pub(crate) interpreter: Vec<PathBuf>,
    /// The parts of all interpreters, never to write.
    pub(crate) kept: Vec<PathBuf>,
    /// To read.
    pub(crate) read: Vec<PathBuf>,
    /// To read and write.
    pub(crate) write: Vec<PathBuf>,
    /// The network; `None` gives none.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "the engine refuses such runs there"))]
    pub(crate) network: Option<Outward>,
}

/// The folders of a run, and the folders to hide from it.
#[cfg_attr(windows, expect(dead_code, reason = "there every run sees what its user does"))]
pub(crate) struct RunFolders<'a> {
    /// The run's folder, which contains all others.
    pub(crate) root: &'a Path,
    /// The folder for temporary files.
    pub(crate) temporary: &'a Path,
    /// Arguments to add in front if the user's folders are visible above the program's.
    #[cfg_attr(target_os = "macos", expect(dead_code, reason = "the caller adds them where they are always visible"))]
    pub(crate) args_in_sight: &'a [OsString],
    /// Folders to hide, where the system can do that: on Linux with namespaces, on macOS at the level `sandbox`.
    pub(crate) hidden: &'a [PathBuf],
}
