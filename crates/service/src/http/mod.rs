//! HTTP: sockets, connections, the guard, routes and wire types.

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
mod guard;
mod json_response;
pub(crate) mod listen;
mod media_type;
mod middleware;
mod observed_body;
pub mod proof;
pub(crate) mod router;
mod routes;
pub(crate) mod server;
mod sessions;
mod sse;
pub(crate) mod state;
mod to_wire;
pub(crate) mod websocket;
pub mod wire;
mod write_timeout;
