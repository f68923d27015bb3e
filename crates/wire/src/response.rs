//! The answer of `POST /execute`, whole or as events.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::run_status::RunStatus;

/// A program's output and its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ExecuteResponse {
    /// Whether `status` is `completed`.
    pub success: bool,
    /// Standard output as UTF-8.
    pub output: String,
    /// Standard error as UTF-8; its last line says what happened where the run was ended for it.
    pub error: String,
    /// How it ended.
    #[serde(flatten)]
    pub ending: Ending,
}

/// The first event of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Started {
    /// The execution's id, by which it can be cancelled.
    pub id: String,
    /// The language's name.
    pub language: String,
    /// The interpreter, for people.
    pub runtime: String,
}

/// The events `stdout` and `stderr` of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Printed {
    /// The output since the last event.
    pub data: String,
}

/// The last event of a stream: the answer without the output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Finished {
    /// Whether `status` is `completed`.
    pub success: bool,
    /// How it ended.
    #[serde(flatten)]
    pub ending: Ending,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Ending {
    /// How.
    pub status: RunStatus,
    /// The execution's id, a ULID.
    #[schema(example = "01JD8M3X4Y5Z6A7B8C9D0E1F2G")]
    pub id: String,
    /// The language's name.
    #[schema(example = "python")]
    pub language: String,
    /// The interpreter, for people.
    #[schema(example = "CPython 3.13.1")]
    pub runtime: String,
    /// The exit code, when the program exited by itself.
    pub exit_code: Option<i32>,
    /// The signal or Windows exception that ended it.
    pub signal: Option<String>,
    /// Wall-clock time.
    pub duration_ms: f64,
    /// CPU time of the whole process tree.
    pub cpu_ms: f64,
    /// The most memory that the process tree held.
    pub peak_memory_bytes: u64,
    /// Whether `output` is not all that was printed.
    pub output_truncated: bool,
    /// Whether `error` is not all that was printed.
    pub error_truncated: bool,
    /// The isolation level that was used.
    #[schema(example = "sandbox")]
    pub isolation: String,
    /// The user's grants to the sandbox; left out without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub granted: Option<Granted>,
    /// How its process tree was held together: `pid_namespace`, `user_namespace` or, as the fallback, `subreaper` on Linux,
    /// `job_object` on Windows, `process_group` on macOS, `container` for one; null for a run that was ended before it began.
    #[schema(example = "user_namespace")]
    pub containment: Option<String>,
    /// The files that the run created or changed in its folder.
    pub files: Vec<ResultFile>,
    /// Fields of the request that Runtray does not have, such as `timeout`, and a version that is not here; left out if none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<String>>"))]
    pub ignored: Vec<String>,
}

/// The user's grants to the sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Granted {
    /// Folders for reading.
    pub read: Vec<String>,
    /// Folders for reading and writing.
    pub write: Vec<String>,
    /// Whether it had a network.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<bool>"))]
    pub network: bool,
}

impl From<ExecuteResponse> for Finished {
    fn from(response: ExecuteResponse) -> Self {
        Self { success: response.success, ending: response.ending }
    }
}

/// A file that the run created or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ResultFile {
    /// Where it lay in the run's folder.
    #[schema(example = "plot.png")]
    pub path: String,
    /// Its size.
    pub size_bytes: u64,
    /// Guessed from its name.
    #[schema(example = "image/png")]
    pub media_type: String,
    /// Its content in base64; left out when it is too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub content: Option<String>,
}
