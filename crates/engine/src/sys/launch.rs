//! What to start, and where.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::limits::Limits;
use crate::session::TerminalSize;

/// What to start.
pub(crate) struct Launch<'a> {
    /// The program, an absolute path.
    pub(crate) program: &'a Path,
    /// Its arguments, its own name left out.
    pub(crate) args: &'a [OsString],
    /// Its whole environment.
    pub(crate) env: &'a [(OsString, OsString)],
    /// The folder it starts in.
    pub(crate) folder: &'a Path,
    /// What it has for itself on the machine's disks.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "elsewhere every run sees what its user does"))]
    pub(crate) folders: RunFolders<'a>,
    /// What the tree may use; wall-clock time, output and folder size are the run loop's business.
    pub(crate) limits: &'a Limits,
    /// Whether the program waits for [`Tree::begin`] before it does anything of its own: nobody looks at it until then.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "elsewhere nobody looks at a tree that nobody waits for")
    )]
    pub(crate) waits: bool,
    /// The size of the terminal that all three standard streams are.
    pub(crate) terminal: Option<TerminalSize>,
}

/// The folders of a run, and those that are none of its business.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "elsewhere every run sees what its user does"))]
pub(crate) struct RunFolders<'a> {
    /// The folder in which everything of the run lies.
    pub(crate) root: &'a Path,
    /// Where its temporary files go.
    pub(crate) temporary: &'a Path,
    /// Arguments to put first where folders of the user's lie above its own.
    pub(crate) args_in_sight: &'a [OsString],
    /// Folders that it is not to see, where the system can hide them.
    pub(crate) hidden: &'a [PathBuf],
}
