//! The log: `GET /executions` and the routes below it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::given::Given;

/// Selects executions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[into_params(parameter_in = Query)]
pub struct ExecutionsQuery {
    /// How many, at most 1000; 50 when left out.
    pub limit: Option<usize>,
    /// Only what began before the execution of this id: the previous page's `next`.
    pub before: Option<String>,
    /// Only this status: one of a result's, `running`, or `lost` when the service was gone before the end.
    pub status: Option<String>,
    /// Only this language.
    pub language: Option<String>,
    /// Only this web origin, or `local`.
    pub origin: Option<String>,
    /// Words that must all occur in code, output or error.
    pub q: Option<String>,
}

/// Executions, newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExecutionsPage {
    /// The executions.
    pub items: Vec<ExecutionSummary>,
    /// The value of `before` for the next page; `null` on the last one.
    pub next: Option<String>,
}

/// An execution as a row of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExecutionSummary {
    /// Its id, a ULID.
    pub id: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
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
    /// The isolation level that was used, once it has ended.
    pub isolation: Option<String>,
    /// The first line of the program that is not blank.
    pub first_line: String,
}

/// Everything about an execution: the answer of `GET /executions/{id}`, and a row of an export.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Execution {
    /// Its id, a ULID.
    pub id: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
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
    /// How the process tree was held together (`subreaper` is the fallback of Linux), once it has ended.
    pub containment: Option<String>,
    /// Whether it had a network, once it has ended; null for entries of older versions.
    pub network: Option<bool>,
    /// The program.
    pub code: String,
    /// Whether `code` is only the beginning.
    pub code_truncated: bool,
    /// The rest of the program's input; `null` when it is not kept.
    pub given: Option<Given>,
    /// Standard output.
    pub output: String,
    /// Whether `output` is not all that was printed.
    pub output_truncated: bool,
    /// Standard error.
    pub error: String,
    /// Whether `error` is not all that was printed.
    pub error_truncated: bool,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// One JSON object a line.
    #[default]
    Jsonl,
    /// Comma-separated values for spreadsheets: a text that a spreadsheet would take for a formula begins with an apostrophe.
    Csv,
}

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// `jsonl` when left out.
    #[serde(default)]
    #[param(inline)]
    pub format: ExportFormat,
}

/// That a running execution was asked to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cancelling {
    /// Its id.
    pub id: String,
    /// Always `cancelling`: it has ended when it no longer is `running`.
    #[schema(example = "cancelling")]
    pub status: String,
}
