//! The HTTP API and the life of the service: its settings, its log, its sockets.

mod adapter_input;
mod adapters;
mod bad_input;
mod broken_settings;
#[cfg(unix)]
mod commands;
#[cfg(unix)]
mod drain;
mod encodings;
mod endings;
pub(crate) mod execute;
mod executions;
mod floods;
mod given;
mod interactive;
mod journal;
mod listening;
mod live_settings;
mod long_input;
#[cfg(unix)]
mod private_files;
mod reports;
#[cfg(unix)]
mod scarcity;
mod settings;
mod streaming;
#[cfg(unix)]
mod terminals;
mod unread;
mod wire_types;
