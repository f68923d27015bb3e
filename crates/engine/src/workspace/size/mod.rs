//! The size of a run's folder.

mod least;
#[cfg(not(unix))]
mod plain;
#[cfg(unix)]
mod walk;

#[cfg(not(unix))]
pub(crate) use plain::size;
#[cfg(unix)]
pub(crate) use walk::size;
