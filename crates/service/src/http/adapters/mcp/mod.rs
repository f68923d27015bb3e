//! The Model Context Protocol: assistants run code through the tools `run_code` and `list_languages`.
//!
//! [`assistant`] is the protocol's side, with the official SDK. What runs the programs is a [`backend::Backend`]: the service
//! itself for streamable HTTP (`route`), and whatever `runtray mcp` finds for standard input and output.

pub(crate) mod answer;
pub(crate) mod assistant;
pub(crate) mod backend;
mod message;
pub(crate) mod on_core;
pub(crate) mod route;
mod sessions;
pub(crate) mod stdio;
mod tools;
