//! Piston v2: `execute`, `runtimes` and the WebSocket `connect`, under `/api/v2` and `/api/v2/piston`.
//!
//! The public Piston closed, and its clients need another address. They work by changing theirs to ours. A `compile` stage never
//! comes, because no language here has one. Of the limits a client may name, only `run_timeout` is applied; Runtray's own hold
//! for the rest.

mod answer;
mod body_type;
mod connect;
mod reply;
mod request;
mod routes;
mod runtimes;
mod version;

pub(crate) use routes::{Described, routes};
