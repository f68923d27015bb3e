//! Interactive programs over WebSockets.

mod backlog;
pub(crate) mod conversation;
mod reader;
pub(crate) mod sessions;
mod writer;
