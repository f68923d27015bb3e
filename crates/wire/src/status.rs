//! The answer of `GET /status`.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::words::Words;

/// How the service is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ServiceStatus {
    /// `starting`, `running`, `stopping`, `stopped` or `failed`.
    #[schema(example = "running")]
    pub state: String,
    /// The address for clients.
    #[schema(example = "http://localhost:5000")]
    pub url: String,
    /// The addresses that are listened on.
    pub addresses: Vec<String>,
    /// The loopback address that this machine does not have.
    pub missing_address: Option<String>,
    /// Runtray's version.
    pub version: String,
    /// Milliseconds since the service started.
    pub uptime_ms: f64,
    /// The Python in use, or why there is none.
    pub python: String,
    /// The Python's path.
    pub python_path: Option<String>,
    /// The isolation level of Python programs.
    #[schema(example = "sandbox")]
    pub isolation: String,
    /// Why it is not the sandbox although the settings do not ask for `none`, or what the sandbox lacks here.
    pub isolation_detail: Option<String>,
    /// How runs' process trees are held together, as in their answers; null in the first moments.
    #[schema(example = "user_namespace")]
    pub containment: Option<String>,
    /// Whether requests need the token.
    pub token_required: bool,
    /// Executions that run.
    pub running: usize,
    /// Executions that wait.
    pub queued: usize,
    /// Executions that may run at once.
    pub slots: usize,
    /// `opening`, `ok`, `disabled`, `recovered` or `failed`.
    #[schema(example = "ok")]
    pub journal: String,
    /// The state of the journal in words, if there is more to say.
    pub journal_detail: Option<String>,
    /// Entries, beginnings and ends of executions, that the journal lacks because it could not keep up.
    pub journal_dropped: u64,
    /// What the user should know: mistakes in the settings, and problems of the service itself.
    pub problems: Vec<String>,
    /// The same problems, each as a code with values.
    pub localized_problems: Vec<Words>,
    /// Settings that were changed and need a restart.
    pub restart_needed: Vec<String>,
    /// Refused web origins that the user may allow.
    pub pending_origins: Vec<PendingOrigin>,
}

/// A web origin that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PendingOrigin {
    /// The origin.
    #[schema(example = "http://localhost:5173")]
    pub origin: String,
    /// When it was first refused.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub first_refused_at: OffsetDateTime,
    /// How often it was refused since then.
    pub refusals: u64,
    /// The first program that its page wanted to run, if one was seen. It is the page's own word.
    pub program: Option<PendingProgram>,
}

/// The beginning of a program that a refused page wanted to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PendingProgram {
    /// The language that the page named.
    #[schema(example = "python")]
    pub language: Option<String>,
    /// The first lines, with control characters escaped.
    #[schema(example = "print('Hello')")]
    pub code: String,
    /// How many lines follow.
    pub more_lines: u64,
}
