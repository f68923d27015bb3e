//! What keeps a program in its place.

pub(crate) mod capabilities;
pub(crate) mod mounts;
pub(crate) mod namespaces;
pub(crate) mod rlimits;
pub(crate) mod signal_scope;
pub(crate) mod signals;
pub(crate) mod visible_paths;
