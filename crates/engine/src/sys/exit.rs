//! How a tree ended.

use std::time::Duration;

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
    pub(crate) fn never_started() -> Self {
        Self { code: None, signal: None, cpu: Duration::ZERO, peak_memory_bytes: 0, breach: None }
    }
}
