//! Adapters: the wire formats of other services, on Runtray's own runs.
//!
//! An adapter translates and never runs: it makes a [`Parsed`](super::from_wire::request::Parsed) of the request, passes that to
//! [`submission`], and words the result. The guard is in front of each, as of every route.

pub(crate) mod e2b;
mod exception;
pub(crate) mod jupyter;
pub(crate) mod mcp;
pub(crate) mod piston;
mod result_text;
mod submission;
