//! The log on the wire: `GET /executions` and what is below it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::executions::Running;
use crate::journal::{Filter, Page, RUNNING, Record, Summary};

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

/// Executions, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExecutionsPage {
    /// The executions.
    pub(crate) items: Vec<ExecutionSummary>,
    /// What to give as `before` for the next page; `null` on the last one.
    pub(crate) next: Option<String>,
}

/// An execution as a row of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExecutionSummary {
    /// Its id, a ULID.
    pub id: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub started_at: OffsetDateTime,
    /// The language's name.
    pub language: String,
    /// The interpreter, for people.
    pub runtime: String,
    /// A result's status, `running`, or `lost` when the service was gone before the end.
    pub status: String,
    /// Wall-clock time, once it has ended.
    pub duration_ms: Option<f64>,
    /// The web origin that asked, or `local`.
    pub origin: String,
    /// The exit code, when the program exited by itself.
    pub exit_code: Option<i32>,
    /// The first line of the program that is not blank.
    pub first_line: String,
}

/// Everything about an execution.
#[derive(Debug, Serialize, ToSchema)]
pub struct Execution {
    /// Its id, a ULID.
    pub id: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub started_at: OffsetDateTime,
    /// The language's name.
    pub language: String,
    /// The interpreter, for people.
    pub runtime: String,
    /// The web origin that asked, or `local`.
    pub origin: String,
    /// A result's status, `running`, or `lost` when the service was gone before the end.
    pub status: String,
    /// The exit code, when the program exited by itself.
    pub exit_code: Option<i32>,
    /// The signal or Windows exception that ended it.
    pub signal: Option<String>,
    /// Wall-clock time, once it has ended.
    pub duration_ms: Option<f64>,
    /// CPU time of the whole process tree, once it has ended.
    pub cpu_ms: Option<f64>,
    /// The most memory that the process tree held, once it has ended.
    pub peak_memory_bytes: Option<u64>,
    /// The isolation level that was used, once it has ended.
    pub isolation: Option<String>,
    /// The program.
    pub code: String,
    /// Whether `code` is only the beginning.
    pub code_truncated: bool,
    /// Standard output.
    pub output: String,
    /// Whether `output` is not all that was printed.
    pub output_truncated: bool,
    /// Standard error.
    pub error: String,
    /// Whether `error` is not all that was printed.
    pub error_truncated: bool,
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

impl From<Page> for ExecutionsPage {
    fn from(page: Page) -> Self {
        Self { items: page.items.into_iter().map(Into::into).collect(), next: page.next }
    }
}

impl From<Summary> for ExecutionSummary {
    fn from(summary: Summary) -> Self {
        Self {
            id: summary.id,
            started_at: summary.started_at,
            language: summary.language,
            runtime: summary.runtime,
            status: summary.status,
            duration_ms: summary.duration_ms,
            origin: summary.origin,
            exit_code: summary.exit_code,
            first_line: summary.first_line,
        }
    }
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

impl From<Record> for Execution {
    fn from(record: Record) -> Self {
        Self {
            id: record.id,
            started_at: record.started_at,
            language: record.language,
            runtime: record.runtime,
            origin: record.origin,
            status: record.status,
            exit_code: record.exit_code,
            signal: record.signal,
            duration_ms: record.duration_ms,
            cpu_ms: record.cpu_ms,
            peak_memory_bytes: record.peak_memory_bytes,
            isolation: record.isolation,
            code: record.code,
            code_truncated: record.code_truncated,
            output: record.output,
            output_truncated: record.output_truncated,
            error: record.error,
            error_truncated: record.error_truncated,
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
            code: running.job.request.code().to_owned(),
            code_truncated: false,
            output: String::new(),
            output_truncated: false,
            error: String::new(),
            error_truncated: false,
        }
    }
}
