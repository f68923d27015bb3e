//! What the supervisor sets up around a program: namespaces, mounts, limits, signals and capabilities.

mod bind_mount;
pub(crate) mod capabilities;
pub(crate) mod isolation;
pub(crate) mod mode;
pub(crate) mod mount_filter;
pub(crate) mod mounts;
pub(crate) mod namespaces;
pub(crate) mod rlimits;
pub(crate) mod signal_scope;
mod signals;
mod visible_paths;
