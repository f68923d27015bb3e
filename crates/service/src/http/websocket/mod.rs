//! Interactive programs over WebSockets: one connection, one program.
//!
//! Reading and writing go on side by side. A client that does not read slows its program down. Input that the program does not
//! read is buffered up to a bound, so that signals get past it; then the connection is not read on. A client that leaves
//! cancels the run.

pub(crate) mod backlog;
pub(crate) mod conversation;
mod end;
pub(crate) mod interactive;
pub(crate) mod reader;
pub(crate) mod socket;
pub(crate) mod upgrade;
mod writer;
