//! The Runtray service: HTTP, the guard, settings, the journal, and the life of the service.
//!
//! Each folder is a room, and imports point down only: `embed` → `http` → `runs` → `journal` → `settings` → `platform`.
//! `packs` is beside them.

mod embed;
mod http;
pub mod journal;
mod packs;
mod platform;
mod runs;
pub mod sentences;
pub mod settings;

/// The Model Context Protocol, for a program that serves assistants on its standard streams.
pub mod mcp {
    pub use rmcp::model::Extensions;

    pub use crate::http::adapters::mcp::backend::{Backend, Call};
    pub use crate::http::adapters::mcp::stdio::serve;
}

/// An examination of this machine.
pub mod doctor {
    pub use crate::embed::doctor::{Check, Examination, examine};
}

pub use embed::history::{ExportError, History};
pub use embed::interactive::{InteractiveEvent, InteractiveInput, InteractiveRun};
pub use embed::lifecycle::Lifecycle;
pub use embed::options::Options;
pub use embed::service::Service;
pub use embed::standalone::Standalone;
pub use embed::start_error::StartError;
pub use http::access::pending::PendingOrigin;
pub use http::access::root::CONTAINER_VARIABLE;
pub use http::listen::{Holder, ListenError};
pub use http::state::{PortTrouble, State};
pub use http::{proof, to_wire};
pub use packs::Packages;
pub use platform::{address_file, log, origin, paths};
pub use runs::admission::Load;
pub use runs::bounded_text::BoundedText;
pub use runs::event_bus::ExecutionEvent;
pub use runs::isolation::{
    Chosen as ChosenIsolation, policy as isolation_policy, prefer_isolated_python, requested as isolation_choice,
    runtime as isolated_runtime, sandbox_policy,
};
pub use runs::questions::NetworkQuestion;
pub use runs::run_result::RunResult;
pub use runs::shown_program::ShownProgram;
