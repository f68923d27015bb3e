//! How an execution ended.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How an execution ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[schema(as = Status)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// The program exited with code 0.
    Completed,
    /// The program exited with another code.
    Failed,
    /// The wall-clock or CPU limit was reached.
    Timeout,
    /// The process tree exceeded its memory limit.
    MemoryLimit,
    /// The program exceeded the limit of its output or of its folder.
    OutputLimit,
    /// The program was ended by a signal or a Windows exception, or had too many processes.
    Crashed,
    /// A client cancelled the run.
    Cancelled,
}

/// Its name in JSON.
impl fmt::Display for RunStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(formatter)
    }
}
