//! The Model Context Protocol: assistants run code through the tools `run_code` and `list_languages`.
//!
//! [`assistant`] is the protocol's side, with the official SDK. A [`backend::Backend`] runs the programs: the service itself for
//! streamable HTTP (`route`), and the service or engine that `runtray mcp` uses for standard input and output.

pub(crate) mod answer;
pub(crate) mod assistant;
pub(crate) mod backend;
mod message;
pub(crate) mod on_core;
pub(crate) mod route;
mod sessions;
pub(crate) mod stdio;
mod tools;
