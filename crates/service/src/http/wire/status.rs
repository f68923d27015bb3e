//! The answer of `GET /status`.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// How the service is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceStatus {
    /// `starting`, `running`, `stopping`, `stopped` or `failed`.
    #[schema(example = "running")]
    pub(crate) state: &'static str,
    /// The address for clients.
    #[schema(example = "http://localhost:5000")]
    pub(crate) url: String,
    /// The addresses that are listened on.
    pub(crate) addresses: Vec<String>,
    /// The loopback address that this machine does not have.
    pub(crate) missing_address: Option<String>,
    /// Runtray's version.
    pub(crate) version: &'static str,
    /// Milliseconds since the service started.
    pub(crate) uptime_ms: f64,
    /// The Python in use, or why there is none.
    pub(crate) python: String,
    /// The Python's path.
    pub(crate) python_path: Option<String>,
    /// The isolation level of runs.
    #[schema(example = "sandbox")]
    pub(crate) isolation: &'static str,
    /// Why it is not the sandbox although the settings do not ask for `none`, or what the sandbox lacks here.
    pub(crate) isolation_detail: Option<String>,
    /// How runs' process trees are held together, as in their answers; null in the first moments.
    #[schema(example = "user_namespace")]
    pub(crate) containment: Option<&'static str>,
    /// Whether requests need the token.
    pub(crate) token_required: bool,
    /// Executions that run.
    pub(crate) running: usize,
    /// Executions that wait.
    pub(crate) queued: usize,
    /// Executions that may run at once.
    pub(crate) slots: usize,
    /// `opening`, `ok`, `disabled`, `recovered` or `failed`.
    #[schema(example = "ok")]
    pub(crate) journal: &'static str,
    /// What there is to say about the journal.
    pub(crate) journal_detail: Option<String>,
    /// Entries, beginnings and ends of executions, that the journal lacks because it could not keep up.
    pub(crate) journal_dropped: u64,
    /// What is wrong with the settings, for people.
    pub(crate) problems: Vec<String>,
    /// Settings that were changed and need a restart.
    pub(crate) restart_needed: Vec<&'static str>,
    /// Refused web origins that the user may allow.
    pub(crate) pending_origins: Vec<PendingOrigin>,
}

/// A web origin that was refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PendingOrigin {
    /// The origin.
    #[schema(example = "http://localhost:5173")]
    pub(crate) origin: String,
    /// When it was first refused.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub(crate) first_refused_at: OffsetDateTime,
    /// How often it was refused since then.
    pub(crate) refusals: u64,
}
