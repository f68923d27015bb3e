//! Executions: admission, the engine, the running executions, and where they are reported. Knows no HTTP.
//!
//! `core` runs jobs, `questions` are the programs that wait for the user's answer, `admission` grants slots, `execution` is the
//! life of one job, and `registry` lists the running ones. `isolation` decides how a job is isolated, `auto` resolves that level
//! on this machine, and `version` judges versions in languages' names. `recorder` reports each to the journal (`journal_entry`,
//! `given`), the `metrics` and the `event_bus`, exactly once.

pub(crate) mod admission;
pub(crate) mod auto;
pub(crate) mod bounded_text;
pub(crate) mod core;
mod engine_handle;
pub(crate) mod error;
pub(crate) mod event_bus;
pub(crate) mod execution;
mod given;
pub(crate) mod isolation;
mod journal_entry;
pub(crate) mod metrics;
pub(crate) mod questions;
mod recorder;
pub(crate) mod registry;
pub(crate) mod run_result;
pub(crate) mod shown_program;
mod version;

#[cfg(test)]
mod tests;
