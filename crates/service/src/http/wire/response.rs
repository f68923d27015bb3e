//! The answer of `POST /execute`, whole or as events.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use runtray_engine::OutputFile;
use serde::Serialize;
use utoipa::ToSchema;

use super::status_name::Status;

/// What a program printed, and how it ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExecuteResponse {
    /// Whether `status` is `completed`.
    pub success: bool,
    /// Standard output as UTF-8.
    pub output: String,
    /// Standard error as UTF-8; its last line says what happened where the run was ended for it.
    pub error: String,
    /// How it ended.
    #[serde(flatten)]
    pub(crate) ending: Ending,
}

/// The first event of a stream.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Started {
    /// The execution's id, by which it can be cancelled.
    pub(crate) id: String,
    /// The language's name.
    pub(crate) language: String,
    /// The interpreter, for people.
    pub(crate) runtime: String,
}

/// The events `stdout` and `stderr` of a stream.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Printed {
    /// What was printed since the last one.
    pub(crate) data: String,
}

/// The last event of a stream: the answer without what was printed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Finished {
    /// Whether `status` is `completed`.
    pub(crate) success: bool,
    /// How it ended.
    #[serde(flatten)]
    pub(crate) ending: Ending,
}

/// How a program ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ending {
    /// How.
    #[serde(serialize_with = "by_name")]
    #[schema(value_type = Status)]
    pub(crate) status: runtray_engine::Status,
    /// The execution's id, a ULID.
    #[schema(example = "01JD8M3X4Y5Z6A7B8C9D0E1F2G")]
    pub(crate) id: String,
    /// The language's name.
    #[schema(example = "python")]
    pub(crate) language: String,
    /// The interpreter, for people.
    #[schema(example = "CPython 3.13.1")]
    pub(crate) runtime: String,
    /// The exit code, when the program exited by itself.
    pub(crate) exit_code: Option<i32>,
    /// The signal or Windows exception that ended it.
    pub(crate) signal: Option<String>,
    /// Wall-clock time.
    pub(crate) duration_ms: f64,
    /// CPU time of the whole process tree.
    pub(crate) cpu_ms: f64,
    /// The most memory that the process tree held.
    pub(crate) peak_memory_bytes: u64,
    /// Whether `output` is not all that was printed.
    pub(crate) output_truncated: bool,
    /// Whether `error` is not all that was printed.
    pub(crate) error_truncated: bool,
    /// The isolation level that was used.
    #[schema(example = "sandbox")]
    pub(crate) isolation: &'static str,
    /// The folders that the user granted to the sandbox; left out when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) granted: Option<Granted>,
    /// How its process tree was held together: `pid_namespace`, `user_namespace` or, as the fallback, `subreaper` on Linux,
    /// `job_object` on Windows, `process_group` on macOS; null for a run that was ended before it began.
    #[schema(example = "user_namespace")]
    pub(crate) containment: Option<&'static str>,
    /// What the run created or changed in its folder.
    pub(crate) files: Vec<ResultFile>,
}

/// Folders that the user granted to the sandbox.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Granted {
    /// For reading.
    pub(crate) read: Vec<String>,
    /// For reading and writing.
    pub(crate) write: Vec<String>,
}

impl From<ExecuteResponse> for Finished {
    fn from(response: ExecuteResponse) -> Self {
        Self { success: response.success, ending: response.ending }
    }
}

fn by_name<S: serde::Serializer>(status: &runtray_engine::Status, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(status.name())
}

/// A file that the run created or changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultFile {
    /// Where it lay in the run's folder.
    #[schema(example = "plot.png")]
    path: String,
    /// Its size.
    size_bytes: u64,
    /// Guessed from its name.
    #[schema(example = "image/png")]
    media_type: String,
    /// What it holds, in base64; left out when it is too large to carry.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

impl From<OutputFile> for ResultFile {
    fn from(file: OutputFile) -> Self {
        Self {
            media_type: mime_guess::from_path(&file.path).first_or_octet_stream().to_string(),
            path: file.path,
            size_bytes: file.size_bytes,
            content: file.content.map(|content| BASE64_STANDARD.encode(content)),
        }
    }
}
