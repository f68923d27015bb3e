//! HTTP: sockets, connections, the guard, routes, and the way from and to the wire types.
//!
//! A request passes `connections` (owner and limit of the connection), `middleware` (id and headers), `guard` and `routes`.
//! `media_type` and `compression` decide which bodies are read, `from_wire` checks them, and `to_wire` converts results.
//! `json_response` and `sse` answer; `sent` holds values until the response was written.

pub(crate) mod access;
pub(crate) mod adapters;
mod body;
mod budget;
pub(crate) mod capacity;
mod compression;
mod connection_limit;
mod connections;
pub(crate) mod error;
pub(crate) mod export;
pub(crate) mod from_wire;
mod guard;
mod json_response;
mod lingering_close;
pub(crate) mod listen;
mod media_type;
mod middleware;
mod observed_body;
pub mod proof;
mod received;
pub(crate) mod router;
mod routes;
mod sent;
pub(crate) mod server;
mod sessions;
mod spool;
mod sse;
pub(crate) mod state;
pub mod to_wire;
mod unparsed;
pub(crate) mod websocket;
mod write_timeout;

/// Runtray's version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
