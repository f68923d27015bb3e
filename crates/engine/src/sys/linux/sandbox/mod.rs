//! The supervisor's preparations for a program: namespaces, mounts, limits, signals and capabilities.
//!
//! `namespaces` and `mounts` hide other runs and Runtray's folders, and give a run its own `/tmp` and `/dev/shm`. `terminals`
//! does the same for pseudo-terminals. Without namespaces, `signal_scope` protects other processes. `capabilities` are dropped, and `mount_filter` forbids mounts whose
//! memory would not be counted. `granted` opens granted paths, with `resolve`. `isolation` is the level `sandbox`, entered by
//! the program's process before exec.

mod bind_mount;
pub(crate) mod capabilities;
mod granted;
pub(crate) mod isolation;
pub(crate) mod mode;
pub(crate) mod mount_filter;
pub(crate) mod mounts;
pub(crate) mod namespaces;
mod resolve;
pub(crate) mod rlimits;
pub(crate) mod signal_scope;
mod signals;
mod terminals;
mod visible_paths;
