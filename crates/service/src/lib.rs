//! The Runtray service: HTTP, the guard, settings, the journal, and the service's life.

pub mod journal;
pub mod origin;
pub mod settings;
