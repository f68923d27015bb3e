//! Executions: admission, the engine, the running ones, and what is reported of them. Knows no HTTP.

pub(crate) mod admission;
pub mod bounded_text;
pub(crate) mod core;
pub(crate) mod event_bus;
pub(crate) mod execution;
pub(crate) mod given;
pub(crate) mod journal_entry;
pub(crate) mod metrics;
pub(crate) mod registry;
