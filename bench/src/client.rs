//! The HTTP client: one connection, kept open, blocking.
//!
//! It shares the machine with what it measures, so it has no runtime and no pool. What it costs is measured too, against
//! a server that does nothing ([`crate::null_server`]).

use std::io::BufReader;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use runtray_wire::{ExecuteRequest, WholeNumber};
use serde::Deserialize;
use serde_json::Value;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::events::{Stream, python};

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
        self.get("/health").map(drop)
    }

    /// What lies at `path`.
    ///
    /// # Errors
    /// The service does not answer, or not with 200.
    pub(crate) fn get(&self, path: &str) -> Result<Vec<u8>> {
        read(&mut self.agent.get(self.url(path)).call()?)
    }

    /// Sends `body` to `path` and gives the answer.
    ///
    /// # Errors
    /// The service does not answer, or not with success, or not with JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = read(&mut self.agent.post(self.url(path)).send_json(body)?)?;
        serde_json::from_slice(&answer).context("the answer is not JSON")
    }

    /// Deletes what lies at `path`.
    ///
    /// # Errors
    /// The service does not answer, or not with success.
    pub(crate) fn delete(&self, path: &str) -> Result<()> {
        read(&mut self.agent.delete(self.url(path)).call()?).map(drop)
    }

    /// The sum over all languages of one of Runtray's metrics.
    ///
    /// # Errors
    /// The service does not answer.
    pub(crate) fn metric(&self, name: &str) -> Result<f64> {
        let text = String::from_utf8(self.get("/metrics")?)?;
        Ok(sum(&text, name))
    }

    /// Runs `code` and gives the answer once it has all arrived.
    ///
    /// # Errors
    /// The service does not answer, or did not run the program.
    pub(crate) fn execute(&self, language: &str, code: &str, timeout: Duration) -> Result<Answer> {
        let request = ExecuteRequest {
            code: code.to_owned(),
            language: Some(language.to_owned()),
            timeout_ms: Some(WholeNumber(timeout.as_millis() as u64)),
            ..ExecuteRequest::default()
        };
        let answer = read(&mut self.agent.post(self.url("/execute")).send_json(&request)?)?;
        serde_json::from_slice(&answer).context("the answer is not as expected")
    }

    /// Runs `code` in Python and gives its events as they come.
    ///
    /// # Errors
    /// The service does not answer, or did not run the program.
    pub(crate) fn stream(&self, code: &str) -> Result<Stream> {
        let request = self.agent.post(self.url("/execute")).header("Accept", "text/event-stream");
        let mut response = request.send_json(python(code))?;
        if !response.status().is_success() {
            read(&mut response)?;
        }
        Ok(Stream(BufReader::new(response.into_body().into_reader())))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }
}

fn read(response: &mut Response<Body>) -> Result<Vec<u8>> {
    let body = response.body_mut().with_config().limit(LARGEST).read_to_vec()?;
    ensure!(response.status().is_success(), "{}: {}", response.status(), String::from_utf8_lossy(&body));
    Ok(body)
}

/// The values of all lines of `text` about the metric `name`, whatever their labels, together.
fn sum(text: &str, name: &str) -> f64 {
    let value = |line: &str| {
        let rest = line.strip_prefix(name)?;
        let rest = rest.strip_prefix('{').map_or(Some(rest), |labels| labels.split_once('}').map(|(_, rest)| rest))?;
        rest.strip_prefix(' ')?.parse::<f64>().ok()
    };
    text.lines().filter_map(value).sum()
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn a_metric_is_summed_over_its_labels() {
        let text = "# HELP runs Runs\nruns_total{language=\"python\",status=\"completed\"} 3\n\
                    runs_total{language=\"javascript\"} 4\nruns_total_seconds 9\nidle 1\n";
        for (name, expected) in [("runs_total", 7.0), ("idle", 1.0), ("runs", 0.0), ("other", 0.0)] {
            assert_eq!(sum(text, name), expected, "{name}");
        }
    }
}
