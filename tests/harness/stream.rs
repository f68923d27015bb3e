//! The Server-Sent Events of an execution, read to their end.

use serde_json::Value;

use super::Service;

/// A streamed execution.
#[derive(Debug, Default)]
pub(crate) struct Streamed {
    /// The names of the events in order, with repeated names merged.
    pub(crate) names: Vec<String>,
    /// All of `stdout`.
    pub(crate) stdout: String,
    /// All of `stderr`.
    pub(crate) stderr: String,
    /// The data of the event `finished`.
    pub(crate) finished: Value,
}

impl Service {
    /// Runs a program with `Accept: text/event-stream`.
    ///
    /// # Panics
    /// The request was refused, or the response is not a valid stream.
    pub(crate) fn stream(&self, request: &Value) -> Streamed {
        let headers = [("Content-Type", "application/json"), ("Accept", "text/event-stream")];
        let reply = self.post_with("/execute", &headers, request.to_string().as_bytes());
        assert_eq!((reply.status, reply.header("content-type")), (200, "text/event-stream"), "{}", reply.body);
        let mut streamed = Streamed::default();
        reply.body.split("\n\n").filter(|block| !block.is_empty()).for_each(|block| streamed.take(block));
        streamed
    }
}

impl Streamed {
    fn take(&mut self, block: &str) {
        let field = |name| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim_start);
        let (Some(name), Some(data)) = (field("event:"), field("data:")) else {
            assert!(block.starts_with(':'), "neither an event nor a comment: {block}");
            return;
        };
        let data: Value = serde_json::from_str(data).expect("an event carries JSON");
        let text = || data["data"].as_str().expect("printed text").to_owned();
        match name {
            "stdout" => self.stdout += &text(),
            "stderr" => self.stderr += &text(),
            "finished" => self.finished = data,
            _ => {}
        }
        if self.names.last().is_none_or(|last| last != name) {
            self.names.push(name.to_owned());
        }
    }
}
