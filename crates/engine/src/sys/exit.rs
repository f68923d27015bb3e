//! The end of a process tree.

use std::time::Duration;

/// A limit that the platform enforces, and that the tree exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Breach {
    /// Memory of the tree.
    Memory,
    /// CPU time of the tree.
    Cpu,
    /// Processes in the tree.
    Processes,
    /// Not a limit: the tree hides from being measured (Linux only).
    Unmeasured,
    /// Not a limit: the supervisor was killed, did not answer, or sent an invalid report (Linux only).
    Supervisor,
    /// Not a limit: Docker or Podman does not answer any more.
    Daemon,
}

/// How a tree ended. No process of it is left.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Exit {
    /// The exit code of the main process, if it exited by itself.
    pub(crate) code: Option<i32>,
    /// The signal or exception that ended the main process.
    pub(crate) signal: Option<String>,
    /// CPU time of the tree.
    pub(crate) cpu: Duration,
    /// The most memory that the tree was measured to hold, in bytes.
    pub(crate) peak_memory_bytes: u64,
    /// The limit for which the tree was ended.
    pub(crate) breach: Option<Breach>,
}

impl Exit {
    /// For a tree that was never started.
    pub(crate) fn never_started() -> Self {
        Self { code: None, signal: None, cpu: Duration::ZERO, peak_memory_bytes: 0, breach: None }
    }
}
