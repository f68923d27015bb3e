//! The limits of a run.

use std::time::Duration;

/// Limits of one run. The wall-clock limit is part of the [`Request`](crate::request::Request).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Resident memory of the whole process tree, in bytes.
    pub memory_bytes: u64,
    /// CPU time of the whole process tree, user and system.
    pub cpu: Duration,
    /// Processes alive at once in the tree, the program included.
    pub processes: u32,
    /// Open file descriptors (Unix) per process. Windows has no such limit.
    pub open_files: u64,
    /// Size of one file that the program writes, in bytes (Unix; Windows has only `folder_bytes`).
    pub file_size_bytes: u64,
    /// Size of all files in the run's folder, in bytes.
    pub folder_bytes: u64,
    /// Size of standard output and error together, in bytes, above which the run is stopped.
    pub output_bytes: u64,
    /// The most created or changed files that the outcome lists.
    pub result_files: usize,
    /// Size above which a listed file comes without its content, in bytes. All contents together stay below ten times it.
    pub result_file_bytes: u64,
}

const MIB: u64 = 1 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 1024 * MIB,
            cpu: Duration::from_secs(120),
            processes: 128,
            open_files: 1024,
            file_size_bytes: 512 * MIB,
            folder_bytes: 1024 * MIB,
            output_bytes: 4096 * MIB,
            result_files: 100,
            result_file_bytes: 4 * MIB,
        }
    }
}
