//! What runs in the service: a run's process tree as the service follows it.

pub(crate) mod client;
pub(crate) mod connection_owner;
pub(crate) mod control;
pub(crate) mod launcher_channel;
pub(crate) mod launcher_process;
pub(crate) mod open_files;
pub(crate) mod tree;
