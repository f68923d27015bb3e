//! HTTP: sockets, connections, the guard, routes and wire types.

mod body;
pub(crate) mod budget;
pub(crate) mod capacity;
pub(crate) mod connection_limit;
pub(crate) mod connections;
pub(crate) mod error;
mod export;
pub(crate) mod guard;
mod json_response;
pub(crate) mod listen;
mod middleware;
pub mod proof;
pub(crate) mod router;
mod routes;
mod sse;
pub(crate) mod websocket;
pub mod wire;
mod write_timeout;
