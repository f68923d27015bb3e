//! Piston's answer.

use runtray_wire::ExecuteResponse;
use runtray_wire::RunStatus;
use serde::Serialize;
use utoipa::ToSchema;

/// A program's output and its end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PistonAnswer)]
pub(super) struct Answer {
    /// The run.
    pub(super) run: Stage,
    /// The language's name.
    pub(super) language: String,
    /// The interpreter's version.
    pub(super) version: String,
    /// The fields of the request that were ignored, if there were any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ignored: Vec<String>,
}

/// How a stage went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PistonStage)]
pub(super) struct Stage {
    /// The signal that ended it.
    signal: Option<String>,
    /// Standard output.
    stdout: String,
    /// Standard error.
    stderr: String,
    /// The exit code.
    code: Option<i32>,
    /// Both streams as they came.
    output: String,
    /// The most memory that it held, in bytes.
    memory: u64,
    /// How it ended, for people.
    message: Option<String>,
    /// `RE`: another exit code than 0, `SG`: a signal, `TO`: too long, `OL`: too much output.
    status: Option<&'static str>,
    /// CPU time in milliseconds.
    cpu_time: u64,
    /// Wall-clock time in milliseconds.
    wall_time: u64,
}

impl Stage {
    /// The stage of a run; `output` is both of its streams.
    pub(super) fn new(result: ExecuteResponse, output: String) -> Self {
        let ending = result.ending;
        let status = short(ending.status);
        let message = match (status, ending.exit_code) {
            (None, _) => None,
            (Some("RE"), Some(code)) => Some(format!("Exited with error status {code}")),
            _ => result.error.lines().next_back().map(str::to_owned),
        };
        Self {
            signal: signal(ending.status, ending.signal),
            stdout: result.output,
            stderr: result.error,
            code: ending.exit_code,
            output,
            memory: ending.peak_memory_bytes,
            message,
            status,
            cpu_time: ending.cpu_ms as u64,
            wall_time: ending.duration_ms as u64,
        }
    }
}

fn short(status: RunStatus) -> Option<&'static str> {
    match status {
        RunStatus::Completed => None,
        RunStatus::Failed => Some("RE"),
        RunStatus::Timeout => Some("TO"),
        RunStatus::OutputLimit => Some("OL"),
        RunStatus::MemoryLimit | RunStatus::Crashed | RunStatus::Cancelled => Some("SG"),
    }
}

/// The signal; a run that Runtray ended counts as killed.
pub(super) fn signal(status: RunStatus, signal: Option<String>) -> Option<String> {
    match status {
        RunStatus::Completed | RunStatus::Failed => signal,
        RunStatus::Timeout | RunStatus::OutputLimit | RunStatus::MemoryLimit | RunStatus::Cancelled => {
            Some("SIGKILL".to_owned())
        }
        RunStatus::Crashed => signal.or_else(|| Some("SIGKILL".to_owned())),
    }
}
