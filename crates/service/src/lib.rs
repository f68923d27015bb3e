//! The Runtray service: HTTP, the guard, settings, the journal, and the service's life.

pub mod capture;
pub mod journal;
pub mod log;
pub mod origin;
pub mod places;
pub mod presence;
pub mod settings;
pub mod wire;

mod admission;
mod answer;
mod app;
mod approvals;
mod body;
mod budget;
mod capacity;
mod envelope;
mod error;
mod events;
mod execution;
mod executions;
mod export;
mod feed;
mod given;
mod guard;
mod history;
mod interactive;
mod lifecycle;
mod listen;
mod metrics;
mod progress;
mod recording;
mod router;
mod routes;
mod seats;
mod server;
mod service;
mod sessions;
mod watching;

pub use admission::Load;
pub use feed::News;
pub use guard::pending::PendingOrigin;
pub use history::{ExportError, History};
pub use lifecycle::{Lifecycle, PortTrouble, State};
pub use listen::{Holder, ListenError};
pub use service::{Options, Service, StartError};
