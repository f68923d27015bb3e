//! The Runtray service: HTTP, the guard, settings, the journal, and the service's life.

pub mod journal;
pub mod log;
pub mod origin;
pub mod places;
pub mod settings;
