//! The answer of `GET /health`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// That the service is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok`, or `failing` with 503 while programs cannot be started; `GET /status` says why.
    #[schema(example = "ok")]
    pub status: String,
    /// For people.
    #[schema(example = "Runtray execution service running")]
    pub message: String,
    /// Python's `os.name` on this machine: `posix` or `nt`.
    #[schema(example = "posix")]
    pub platform: String,
    /// Runtray's version.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// Milliseconds since the service started.
    pub uptime_ms: f64,
}
