//! The HTTP client: blocking, with one connection that stays open.
//!
//! It shares the machine with the subjects, so it has no runtime and no pool. Its own cost is measured too, against a server that
//! does nothing ([`crate::null_server`]).

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
/// Above the largest response of a service, in bytes; the client's own default is 10 MB.
const LARGEST: u64 = 256 << 20;

/// A client of one service.
pub(crate) struct Client {
    agent: Agent,
    address: String,
}

/// The fields of an answer that the benchmark reads. It is not [`runtray_wire::ExecuteResponse`], because the Flask service has
/// other statuses and fewer fields.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    /// The program's standard output.
    pub(crate) output: String,
    /// The program's standard error, and the service's message.
    pub(crate) error: String,
    /// The status of the execution.
    pub(crate) status: String,
    /// Whether `output` is incomplete.
    #[serde(default)]
    pub(crate) output_truncated: bool,
}

impl Client {
    /// A client of the service on `port`. It connects with its first request.
    pub(crate) fn new(port: u16) -> Self {
        let config = Agent::config_builder().timeout_global(Some(PATIENCE)).proxy(None).http_status_as_error(false);
        Self { agent: config.build().new_agent(), address: format!("http://localhost:{port}") }
    }

    /// Checks that the service is healthy.
    ///
    /// # Errors
    /// The service does not answer, or its status is not 200.
    pub(crate) fn health(&self) -> Result<()> {
        self.get("/health").map(drop)
    }

    /// Gets the body at `path`.
    ///
    /// # Errors
    /// The service does not answer, or its status is not 200.
    pub(crate) fn get(&self, path: &str) -> Result<Vec<u8>> {
        read(&mut self.agent.get(self.url(path)).call()?)
    }

    /// Posts `body` to `path` and gives the JSON answer.
    ///
    /// # Errors
    /// The service does not answer, its status is an error, or the body is not JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let answer = read(&mut self.agent.post(self.url(path)).send_json(body)?)?;
        serde_json::from_slice(&answer).context("the answer is not JSON")
    }

    /// Sends `DELETE` for `path`.
    ///
    /// # Errors
    /// The service does not answer, or its status is an error.
    pub(crate) fn delete(&self, path: &str) -> Result<()> {
        read(&mut self.agent.delete(self.url(path)).call()?).map(drop)
    }

    /// One of Runtray's metrics, summed over all languages.
    ///
    /// # Errors
    /// The service does not answer.
    pub(crate) fn metric(&self, name: &str) -> Result<f64> {
        let text = String::from_utf8(self.get("/metrics")?)?;
        Ok(sum(&text, name))
    }

    /// Runs `code` and gives the complete answer.
    ///
    /// # Errors
    /// The service does not answer, or it refuses the program.
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

    /// Runs `code` in Python and gives its events as they arrive.
    ///
    /// # Errors
    /// The service does not answer, or it refuses the program.
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

/// The sum of the metric `name` in `text` over all labels.
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
