//! The answer of `GET /languages`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::Words;

/// A language, and what runs it on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Language {
    /// Its name.
    #[schema(example = "python")]
    pub language: String,
    /// Other names that are taken for it.
    pub aliases: Vec<String>,
    /// The interpreter, for people.
    #[schema(example = "CPython 3.13.1")]
    pub runtime: Option<String>,
    /// The interpreter's version where it is known.
    #[schema(example = "3.13.1")]
    pub version: Option<String>,
    /// The interpreter's path.
    pub path: Option<String>,
    /// The isolation level of its programs, if it can run.
    #[schema(example = "wasm")]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub isolation: Option<String>,
    /// Whether it can run.
    pub available: bool,
    /// Why it cannot run, and how to change that; empty when it can.
    pub detail: String,
    /// `detail` as a code with values; only when it cannot run.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub reason: Option<Words>,
}
