//! How much lies in a run's folder.

#[cfg(not(unix))]
mod plain;
#[cfg(unix)]
mod walk;

#[cfg(not(unix))]
pub(crate) use plain::size;
#[cfg(unix)]
pub(crate) use walk::size;

/// What a file takes at least: its name and the system's record of it are somewhere.
const LEAST_BYTES: u64 = 512;
