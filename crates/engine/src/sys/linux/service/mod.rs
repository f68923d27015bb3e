//! The service's side: the client of the launcher, and the process tree of each run.

pub(crate) mod client;
pub(crate) mod connection_owner;
pub(crate) mod control;
pub(crate) mod launcher_channel;
pub(crate) mod launcher_process;
pub(crate) mod open_files;
pub(crate) mod tree;
