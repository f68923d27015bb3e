//! The level `sandbox`: granted files only, no network unless it is granted, and no dangerous system calls.
//!
//! Several mechanisms hold independently. Where the machine has namespaces, a run has a root folder of its own that contains only
//! the files it may read (`plan`, `root`), and a network with nothing in it, or with a device that leads to its gateway
//! (`network`, `tun`). Landlock (`ruleset`) limits every access to a path, and a filter (`syscalls`) refuses system calls that no
//! program of this kind needs. `probe` tests which of them work.

mod mounts;
mod network;
mod paths;
mod plan;
pub(crate) mod probe;
mod root;
mod ruleset;
mod syscalls;
mod tun;
mod walls;

pub(crate) use network::Handover;
pub(crate) use tun::RESOLVER;
pub(crate) use walls::{Walls, confine_gateway};
