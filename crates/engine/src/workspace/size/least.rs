//! The minimum size of an entry.

/// Counted for every entry at least: its name and metadata take space.
pub(super) const LEAST_BYTES: u64 = 512;
