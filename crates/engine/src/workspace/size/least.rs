//! The least that a file counts.

/// What a file takes at least: its name and the system's record of it are somewhere.
pub(super) const LEAST_BYTES: u64 = 512;
