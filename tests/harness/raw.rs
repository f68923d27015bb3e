//! Requests that are written byte by byte, and their parsed responses.

use std::fmt::Write as _;

use serde_json::Value;

use super::Service;

/// A request with exactly the headers that a test names, and `Connection: close` unless the test sets that header.
#[derive(Debug, Clone)]
pub(crate) struct RawRequest {
    line: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl RawRequest {
    /// `GET`, `OPTIONS` or another method, without headers and body.
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self { line: format!("{method} {target} HTTP/1.1"), headers: Vec::new(), body: String::new() }
    }

    /// Adds a header without replacing one of the same name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds several headers.
    pub(crate) fn headers(self, headers: &[(&str, &str)]) -> Self {
        headers.iter().fold(self, |request, (name, value)| request.header(name, value))
    }

    /// Adds a body with its length, but without its type.
    pub(crate) fn body(self, body: &str) -> Self {
        let length = body.len().to_string();
        Self { body: body.to_owned(), ..self }.header("Content-Length", &length)
    }

    /// The bytes of the request.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{}\r\n", self.line);
        for (name, value) in &self.headers {
            write!(text, "{name}: {value}\r\n").expect("a string takes all");
        }
        let closes = self.headers.iter().all(|(name, _)| name != "Connection");
        text + if closes { "Connection: close\r\n\r\n" } else { "\r\n" } + &self.body
    }
}

/// A parsed response.
#[derive(Debug)]
pub(crate) struct RawReply {
    /// The HTTP status.
    pub(crate) status: u16,
    head: String,
    /// The body.
    pub(crate) body: String,
}

impl RawReply {
    /// Parses a response. Its body may be chunked, as the body of a long run's response is.
    ///
    /// # Panics
    /// The text is not an HTTP response.
    pub(crate) fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let body = if is_chunked(head) { unchunked(body) } else { body.to_owned() };
        let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.unwrap_or_else(|| panic!("not an answer: {text:?}"));
        Self { status, head: head.to_owned(), body }
    }

    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }
}

/// Whether the body is chunked.
pub(crate) fn is_chunked(head: &str) -> bool {
    head.lines().any(|line| line.eq_ignore_ascii_case("transfer-encoding: chunked"))
}

/// The content of a chunked body, which may be incomplete.
pub(crate) fn unchunked(body: &str) -> String {
    let (mut content, mut rest) = (String::new(), body);
    while let Some((length, more)) = rest.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap_or(0);
        let Some((chunk, after)) = more.split_at_checked(length).filter(|_| length > 0) else { break };
        content.push_str(chunk);
        rest = after.strip_prefix("\r\n").unwrap_or(after);
    }
    content
}

impl Service {
    /// Sends a request unchanged.
    pub(crate) fn send(&self, request: &RawRequest) -> RawReply {
        RawReply::parse(&self.raw(request.text().as_bytes()))
    }
}
