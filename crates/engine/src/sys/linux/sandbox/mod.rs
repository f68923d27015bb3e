//! The supervisor's preparations for a program: namespaces, mounts, limits, signals and capabilities.
//!
//! `namespaces` and `mounts` hide other runs and Runtray's folders, and give a run its own `/tmp` and `/dev/shm`. `terminals`
//! does the same for pseudo-terminals. Without namespaces, `signal_scope` protects other processes. `capabilities` are dropped.
//! `limit_filter` keeps programs from taking off their limits, by a filter that `seccomp` compiles. `granted` opens granted
//! paths, with `resolve`. `isolation` is the level `sandbox`, entered by the program's process before exec.

mod bind_mount;
pub(crate) mod capabilities;
mod granted;
pub(crate) mod isolation;
pub(crate) mod limit_filter;
pub(crate) mod mode;
pub(crate) mod mounts;
pub(crate) mod namespaces;
mod resolve;
pub(crate) mod rlimits;
mod seccomp;
pub(crate) mod signal_scope;
mod signals;
mod terminals;
mod visible_paths;
