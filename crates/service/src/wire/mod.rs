//! The wire types: what goes over HTTP, as `/openapi.json` describes it.

pub(crate) mod error;
pub(crate) mod executions;
pub(crate) mod health;
pub(crate) mod languages;
pub(crate) mod message;
pub(crate) mod parse;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod status;

pub use executions::{Execution, ExecutionSummary};
pub use response::ExecuteResponse;

use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// It exited with code 0.
    Completed,
    /// It exited with another code.
    Failed,
    /// It reached the limit of wall-clock or CPU time.
    Timeout,
    /// It used more memory than allowed.
    MemoryLimit,
    /// It wrote more than allowed.
    OutputLimit,
    /// It died of a signal or a Windows exception.
    Crashed,
    /// Somebody asked for its end, or the client went away.
    Cancelled,
}

impl From<runtray_engine::Status> for Status {
    fn from(status: runtray_engine::Status) -> Self {
        match status {
            runtray_engine::Status::Completed => Self::Completed,
            runtray_engine::Status::Failed => Self::Failed,
            runtray_engine::Status::Timeout => Self::Timeout,
            runtray_engine::Status::MemoryLimit => Self::MemoryLimit,
            runtray_engine::Status::OutputLimit => Self::OutputLimit,
            runtray_engine::Status::Crashed => Self::Crashed,
            runtray_engine::Status::Cancelled => Self::Cancelled,
        }
    }
}

/// Milliseconds with at most three decimals.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    let microseconds = u32::try_from(duration.as_micros()).map_or_else(|_| duration.as_secs_f64() * 1e6, f64::from);
    microseconds.round() / 1e3
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Status, milliseconds};

    #[test]
    fn wire_names_are_the_engine_s() {
        for status in runtray_engine::Status::ALL {
            assert_eq!(serde_json::to_value(Status::from(status)).expect("a name"), status.name());
        }
    }

    #[test]
    fn milliseconds_have_three_decimals() {
        for (nanoseconds, expected) in
            [(0, "0.0"), (4_100_000, "4.1"), (1_234_567_891, "1234.567"), (86_400_000_000_001, "86400000.0")]
        {
            assert_eq!(serde_json::json!(milliseconds(Duration::from_nanos(nanoseconds))).to_string(), expected);
        }
    }
}
