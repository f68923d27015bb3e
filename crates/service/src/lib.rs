//! The Runtray service: HTTP, the guard, settings, the journal, and the service's life.
//!
//! Each folder is a room, and imports point down: `embed` → `http` → `runs` → `journal`, `settings`, `platform`.

mod embed;
mod http;
pub mod journal;
mod platform;
mod runs;
pub mod sentences;
pub mod settings;

pub use embed::history::{ExportError, History};
pub use embed::interactive::{Conversation, Said, Speaker};
pub use embed::lifecycle::{Lifecycle, PortTrouble, State};
pub use embed::service::{Options, Service, StartError};
pub use http::guard::pending::PendingOrigin;
pub use http::guard::root::CONTAINER_VARIABLE;
pub use http::listen::{Holder, ListenError};
pub use http::{proof, wire};
pub use platform::{address_file, log, origin, paths};
pub use runs::admission::Load;
pub use runs::bounded_text;
pub use runs::event_bus::News;
