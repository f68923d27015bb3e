//! The HTTP client: one connection, kept open, blocking.
//!
//! It shares the machine with what it measures, so it has no runtime and no pool. What it costs is measured too, against
//! a server that does nothing ([`crate::null_server`]).

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::json;
use ureq::Agent;

/// Longer than any request of the benchmark takes.
const PATIENCE: Duration = Duration::from_secs(120);
/// Above what a service answers at most; the client's own default is 10 MB.
const LARGEST: u64 = 256 << 20;

/// A client of one service.
pub(crate) struct Client {
    agent: Agent,
    address: String,
}

/// What the benchmark reads of an answer. Flask has no `output_truncated`.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    /// What the program printed.
    pub(crate) output: String,
    /// What it printed to standard error, and what the service adds.
    pub(crate) error: String,
    /// How it ended.
    pub(crate) status: String,
    /// Whether `output` is not all of it.
    #[serde(default)]
    pub(crate) output_truncated: bool,
}

impl Client {
    /// A client of the service on `port`; it connects when it is used.
    pub(crate) fn new(port: u16) -> Self {
        let config = Agent::config_builder().timeout_global(Some(PATIENCE)).proxy(None).http_status_as_error(false);
        Self { agent: config.build().new_agent(), address: format!("http://localhost:{port}") }
    }

    /// Asks whether the service is healthy.
    ///
    /// # Errors
    /// It does not answer, or not with 200.
    pub(crate) fn health(&self) -> Result<()> {
        let mut response = self.agent.get(format!("{}/health", self.address)).call()?;
        let body = response.body_mut().read_to_vec()?;
        ensure!(response.status() == 200, "{}: {}", response.status(), String::from_utf8_lossy(&body));
        Ok(())
    }

    /// Runs `code` and gives the answer once it has all arrived.
    ///
    /// # Errors
    /// The service does not answer, or did not run the program.
    pub(crate) fn execute(&self, language: &str, code: &str, timeout: Duration) -> Result<Answer> {
        let request = json!({ "code": code, "language": language, "timeout_ms": timeout.as_millis() as u64 });
        let mut response = self.agent.post(format!("{}/execute", self.address)).send_json(&request)?;
        let body = response.body_mut().with_config().limit(LARGEST).read_to_vec()?;
        ensure!(response.status() == 200, "{}: {}", response.status(), String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).context("the answer is not as expected")
    }
}
