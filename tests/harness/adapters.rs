//! Clients of the adapters' WebSockets, which run programs of the fake interpreter.

use serde_json::{Value, json};

use super::Service;
use super::conversation::Conversation;

const JSON: (&str, &str) = ("Content-Type", "application/json");
/// The answers that an assistant takes.
pub(crate) const ACCEPT: (&str, &str) = ("Accept", "application/json, text/event-stream");
/// The version of the protocol that the tests' assistants speak.
const VERSION: &str = "2025-06-18";

impl Service {
    /// A Piston client whose program runs.
    pub(crate) fn piston(&self, headers: &[(&'static str, &str)], code: &str) -> Conversation {
        let mut talk = self.upgrade_at("/api/v2/connect", headers).expect("an upgrade");
        let files = json!([{"content": code}]);
        talk.send(&json!({"type": "init", "language": "fake", "version": "*", "files": files, "run_timeout": 60_000}));
        assert_eq!((&talk.next()["type"], &talk.next()["type"]), (&json!("runtime"), &json!("stage")));
        talk
    }

    /// A Jupyter client that has sent these blocks, of which the first one runs.
    pub(crate) fn jupyter(&self, headers: &[(&'static str, &str)], blocks: &[&str]) -> Conversation {
        let kernel = self.post("/api/kernels", &json!({"name": "fake"})).json();
        let path = format!("/api/kernels/{}/channels", kernel["id"].as_str().expect("an id"));
        let mut talk = self.upgrade_at(&path, headers).expect("an upgrade");
        for (number, code) in blocks.iter().enumerate() {
            talk.send(&block(number, code));
        }
        assert_eq!(talk.next()["content"]["execution_state"], "busy");
        talk
    }

    /// The id of a new session of an assistant (MCP over HTTP), which is ready for calls.
    pub(crate) fn assistant(&self) -> String {
        let client = json!({"name": "t", "version": "1"});
        let params = json!({"protocolVersion": VERSION, "capabilities": {}, "clientInfo": client});
        let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}).to_string();
        let begun = self.post_with("/mcp", &[JSON, ACCEPT], hello.as_bytes());
        let session = begun.header("mcp-session-id").to_owned();
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
        let told = [&assistant_headers(&session)[..], &[JSON]].concat();
        assert_eq!(self.post_with("/mcp", &told, ready.as_bytes()).status, 202);
        session
    }
}

/// The headers of a message in an assistant's session.
pub(crate) fn assistant_headers(session: &str) -> [(&'static str, &str); 3] {
    [ACCEPT, ("Mcp-Session-Id", session), ("MCP-Protocol-Version", VERSION)]
}

/// The message with which an assistant runs a program.
pub(crate) fn tool_call(id: u32, arguments: &Value) -> Value {
    let params = json!({"name": "run_code", "arguments": arguments});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})
}

/// The message that asks a Jupyter kernel to run a block.
pub(crate) fn block(number: usize, code: &str) -> Value {
    let header = json!({"msg_id": number.to_string(), "msg_type": "execute_request"});
    json!({"header": header, "content": {"code": code}})
}
