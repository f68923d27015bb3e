//! Clients of the adapters' WebSockets, which run programs of the fake interpreter.

use serde_json::{Value, json};

use super::Service;
use super::conversation::Conversation;

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
}

/// The message that asks a Jupyter kernel to run a block.
pub(crate) fn block(number: usize, code: &str) -> Value {
    let header = json!({"msg_id": number.to_string(), "msg_type": "execute_request"});
    json!({"header": header, "content": {"code": code}})
}
