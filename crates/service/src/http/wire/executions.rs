//! The log on the wire: `GET /executions` and what is below it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::journal::Filter;

pub(crate) use crate::journal::{Page as ExecutionsPage, Record as Execution};

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
