//! The log on the wire: `GET /executions` and what is below it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::journal::{Filter, RUNNING};
use crate::runs::given;
use crate::runs::registry::Running;
use crate::settings::JournalSettings;

pub(crate) use crate::journal::Page as ExecutionsPage;
pub use crate::journal::{Record as Execution, Summary as ExecutionSummary};

/// Which executions are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExecutionsQuery {
    /// How many, at most 1000; 50 when left out.
    limit: Option<usize>,
    /// Only what began before the execution of this id: the previous page's `next`.
    before: Option<String>,
    /// Only this status: one of a result's, `running`, or `lost` when the service was gone before the end.
    status: Option<String>,
    /// Only this language.
    language: Option<String>,
    /// Only this web origin, or `local`.
    origin: Option<String>,
    /// Words that must all occur in code, output or error.
    q: Option<String>,
}

impl From<ExecutionsQuery> for Filter {
    fn from(query: ExecutionsQuery) -> Self {
        Self {
            limit: query.limit.unwrap_or(Self::default().limit),
            before: query.before,
            status: query.status,
            language: query.language,
            origin: query.origin,
            q: query.q,
        }
    }
}

/// How an export is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportFormat {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// Comma-separated values for spreadsheets: a text that a spreadsheet would take for a formula begins with an apostrophe.
    Csv,
}

/// The format of an export.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// `jsonl` when left out.
    #[serde(default)]
    #[param(inline)]
    pub(crate) format: ExportFormat,
}

/// That a running execution was asked to end.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Cancelling {
    /// Its id.
    pub(crate) id: String,
    /// Always `cancelling`: it has ended when it no longer is `running`.
    #[schema(example = "cancelling")]
    pub(crate) status: &'static str,
}

impl From<&Running> for ExecutionSummary {
    fn from(running: &Running) -> Self {
        Self {
            id: running.job.id.clone(),
            started_at: running.started_at,
            language: running.job.runtime.language.clone(),
            runtime: running.job.runtime.name.clone(),
            status: RUNNING.to_owned(),
            duration_ms: None,
            origin: running.job.origin.clone(),
            exit_code: None,
            first_line: running.job.first_line(),
        }
    }
}

impl From<&Running> for Execution {
    fn from(running: &Running) -> Self {
        Self {
            id: running.job.id.clone(),
            started_at: running.started_at,
            language: running.job.runtime.language.clone(),
            runtime: running.job.runtime.name.clone(),
            origin: running.job.origin.clone(),
            status: RUNNING.to_owned(),
            exit_code: None,
            signal: None,
            duration_ms: None,
            cpu_ms: None,
            peak_memory_bytes: None,
            isolation: None,
            containment: None,
            code: running.job.request.code().to_owned(),
            code_truncated: false,
            given: given::of(&running.job, &JournalSettings::default()),
            output: String::new(),
            output_truncated: false,
            error: String::new(),
            error_truncated: false,
        }
    }
}
