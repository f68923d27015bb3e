//! The platform: starting one contained process tree, and ending all of it.
//!
//! `linux`, `macos` and `windows` export the same items: `enter`, `Launcher` (`start`, `launch`, `containment`, `trouble`), `Tree`
//! (`begin`, `signal`, `kill`, `wait`, `memory_bytes`, `holdings`, `containment`; dropping it kills), `Holdings` (`unnamed_bytes`),
//! `Input` and `Output` (asynchronous pipe ends), `Terminal` (`resize`, `interrupt`), `is_own_connection`.
//! A tree ends as a whole with its main process, when it is killed, when a limit is
//! breached, and when this process dies, however it dies.

#[cfg(any(target_os = "macos", test))]
mod descendants;
pub(crate) mod open_file_limit;
pub(crate) mod peer;
#[cfg(unix)]
mod terminal;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as platform;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
use macos as platform;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use platform::enter;
/// Only on Linux are programs started through a process that could be forked.
#[cfg(not(target_os = "linux"))]
pub use platform::enter as enter_and_fork;
#[cfg(target_os = "linux")]
pub use platform::enter_and_fork;
#[cfg(windows)]
pub(crate) use platform::pipe_client;
pub(crate) use platform::{Holdings, Input, Launcher, Output, Terminal, Tree, is_own_connection};

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
    pub(crate) own: Own<'a>,
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
pub(crate) struct Own<'a> {
    /// The folder in which everything of the run lies.
    pub(crate) root: &'a Path,
    /// Where its temporary files go.
    pub(crate) temporary: &'a Path,
    /// Arguments to put first where folders of the user's lie above its own.
    pub(crate) args_in_sight: &'a [OsString],
    /// Folders that it is not to see, where the system can hide them.
    pub(crate) hidden: &'a [PathBuf],
}

/// Our ends of a tree's standard streams.
pub(crate) struct Pipes {
    /// Its standard input; dropping it is end-of-file.
    pub(crate) stdin: Input,
    /// Its standard output.
    pub(crate) stdout: Output,
    /// Its standard error; a terminal shows that with the output.
    pub(crate) stderr: Option<Output>,
    /// Its terminal, when it has one.
    pub(crate) terminal: Option<Terminal>,
}

/// What the platform watches and the tree broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Breach {
    /// Memory of the tree.
    Memory,
    /// CPU time of the tree.
    Cpu,
    /// Processes in the tree.
    Processes,
    /// No limit, but what watches them: the tree's supervisor was killed, did not answer or said what cannot be (Linux only).
    Supervisor,
}

/// How a tree ended. When this is known, no process of it is left.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Exit {
    /// The main process's exit code, when it exited by itself.
    pub(crate) code: Option<i32>,
    /// The signal or exception that ended the main process.
    pub(crate) signal: Option<String>,
    /// CPU time of the tree.
    pub(crate) cpu: Duration,
    /// The most memory that the tree was seen to hold, in bytes.
    pub(crate) peak_memory_bytes: u64,
    /// What it broke, and was ended for.
    pub(crate) breach: Option<Breach>,
}

impl Exit {
    /// The end of a tree that was never started.
    pub(crate) fn of_nothing() -> Self {
        Self { code: None, signal: None, cpu: Duration::ZERO, peak_memory_bytes: 0, breach: None }
    }
}
