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
mod app;
mod body;
mod envelope;
mod error;
mod events;
mod execution;
mod executions;
mod export;
mod guard;
mod interactive;
mod lifecycle;
mod listen;
mod metrics;
mod recording;
mod router;
mod routes;
mod seats;
mod server;
mod service;
mod sessions;

pub use admission::Load;
pub use guard::pending::PendingOrigin;
pub use lifecycle::{Lifecycle, State};
pub use listen::{Holder, ListenError};
pub use service::{Options, Service, StartError};
