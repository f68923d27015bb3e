//! Requests to a [`Service`]: ordinary ones, and exact bytes that no HTTP client sends.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body};

use super::Service;

/// Longer than any run in the tests.
const TIMEOUT: Duration = Duration::from_secs(120);
const LARGEST_BODY: u64 = 256 << 20;

/// A client that does not treat a status as an error and uses no proxy.
pub(super) fn agent() -> Agent {
    Agent::config_builder().http_status_as_error(false).proxy(None).timeout_global(Some(TIMEOUT)).build().into()
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: HeaderMap,
    /// The body.
    pub(crate) body: String,
}

impl Reply {
    fn read(response: Result<Response<Body>, ureq::Error>) -> Self {
        let (parts, mut body) = response.expect("the service answers").into_parts();
        let body = body.with_config().limit(LARGEST_BODY).read_to_string().expect("the answer is text");
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }

    /// The value of a header, empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a readable header"))
    }
}

impl Service {
    fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// `GET`.
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.get_with(path, &[])
    }

    /// `GET` with any headers.
    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let request = self.agent.get(self.url(path));
        Reply::read(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).call())
    }

    /// `POST` of JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with(path, &[("Content-Type", "application/json")], body.to_string().as_bytes())
    }

    /// `POST` of any bytes with any headers.
    pub(crate) fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let request = self.agent.post(self.url(path));
        Reply::read(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send(body))
    }

    /// `DELETE`.
    pub(crate) fn delete(&self, path: &str) -> Reply {
        Reply::read(self.agent.delete(self.url(path)).call())
    }

    /// Runs a program and gives the JSON answer of `POST /execute`.
    ///
    /// # Panics
    /// The status is not 200.
    pub(crate) fn execute(&self, request: &Value) -> Value {
        let reply = self.post("/execute", request);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// Sends an execution without waiting for its response, and gives its id once it runs. Dropping the connection cancels it.
    pub(crate) fn begin(&self, request: &Value) -> (TcpStream, String) {
        let before = self.running();
        let connection = self.ask(request, "");
        let new = || self.running().into_iter().find(|id| !before.contains(id));
        (connection, super::eventually("the execution to run", new))
    }

    /// Sends an execution with further header lines. The caller reads the response or drops the connection.
    pub(crate) fn ask(&self, request: &Value, headers: &str) -> TcpStream {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("the service listens");
        connection.write_all(self.text(request, headers).as_bytes()).expect("the service reads");
        connection
    }

    /// The text of the request that [`Service::ask`] sends.
    pub(crate) fn text(&self, request: &Value, headers: &str) -> String {
        let (port, body) = (self.port, request.to_string());
        let length = body.len();
        format!(
            "POST /execute HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        )
    }

    /// The ids of the running executions, newest first.
    pub(crate) fn running(&self) -> Vec<String> {
        let page = self.get("/executions?status=running").json();
        let items = page["items"].as_array().expect("a list");
        items.iter().filter_map(|item| Some(item["id"].as_str()?.to_owned())).collect()
    }

    /// Sends exactly `request` and reads until the service closes the connection, so the request needs `Connection: close`.
    pub(crate) fn raw(&self, request: &[u8]) -> String {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("the service listens");
        connection.set_read_timeout(Some(TIMEOUT)).expect("a read timeout");
        connection.write_all(request).expect("the service reads");
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).expect("the service answers and closes");
        String::from_utf8_lossy(&answer).into_owned()
    }
}
