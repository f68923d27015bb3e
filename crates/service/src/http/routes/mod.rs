//! The routes, one resource per file.

pub(crate) mod docs;
pub(crate) mod execute;
pub(crate) mod executions;
pub(crate) mod health;
pub(crate) mod interactive;
pub(crate) mod languages;
pub(crate) mod metrics;
pub(crate) mod openapi;
pub(crate) mod prove;
mod query;
pub(crate) mod status;
