//! HTTP: sockets, connections, the guard, routes and wire types.

mod body;
mod budget;
pub(crate) mod capacity;
mod connection_limit;
mod connections;
pub(crate) mod error;
pub(crate) mod export;
pub(crate) mod guard;
mod json_response;
pub(crate) mod listen;
mod middleware;
mod observed_body;
pub mod proof;
pub(crate) mod router;
mod routes;
pub(crate) mod server;
mod sse;
pub(crate) mod state;
mod to_wire;
pub(crate) mod websocket;
pub mod wire;
mod write_timeout;
