//! The answer of `GET /health`.

use serde::Serialize;
use utoipa::ToSchema;

/// Runtray's version.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// That the service is there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, or `failing` with 503 while programs cannot be started; `GET /status` says why.
    #[schema(example = "ok")]
    pub(crate) status: &'static str,
    /// For people.
    #[schema(example = "Runtray execution service running")]
    pub(crate) message: &'static str,
    /// Python's `os.name` on this machine: `posix` or `nt`.
    #[schema(example = "posix")]
    pub(crate) platform: &'static str,
    /// Runtray's version.
    #[schema(example = "0.1.0")]
    pub(crate) version: &'static str,
    /// Milliseconds since the service started.
    pub(crate) uptime_ms: f64,
}
