//! The messages of Jupyter's kernel channels, version 5.3.

use runtray_engine::Event;
use runtray_wire::{ExecuteResponse, ResultFile};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use ulid::Ulid;

use crate::http::adapters::exception::Exception;
use crate::http::adapters::result_text::text;

/// The most text in one message, in bytes. Clients take 1 MiB a message, and JSON may need six bytes for one.
const MOST_TEXT: usize = 128 << 10;
/// The most Base64 in one message, in bytes.
const MOST_PICTURE: usize = 1_000_000;

/// The most bytes of a header. Each answer repeats it.
const MOST_HEADER: usize = 4 << 10;

/// A client's message.
#[derive(Deserialize)]
pub(super) struct Request {
    pub(super) header: Header,
    #[serde(default)]
    content: Value,
}

/// The kind of a client's message, and all else that answers repeat of it, such as its id.
#[derive(Default, Deserialize)]
pub(super) struct Header {
    pub(super) msg_type: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Request {
    /// The header and the code of an `execute_request`.
    ///
    /// # Errors
    /// The request cannot be run; the error has the header for the answer.
    pub(super) fn into_code(self) -> Result<(Header, String), (Header, String)> {
        let Self { header, mut content } = self;
        if json!(header.rest).to_string().len() > MOST_HEADER {
            return Err((Header::default(), format!("The message's header is longer than {MOST_HEADER} bytes.")));
        }
        match content.get_mut("code").map(Value::take) {
            Some(Value::String(code)) => Ok((header, code)),
            _ => Err((header, "The message's `content.code` must be the block's text.".to_owned())),
        }
    }
}

/// The answers to one request.
pub(super) struct Answers {
    parent: Value,
    session: String,
    count: u32,
}

impl Answers {
    /// Answers to `header`, the request number `count` of this session.
    pub(super) fn to(header: Header, session: &str, count: u32) -> Self {
        let mut parent = header.rest;
        parent.insert("msg_type".to_owned(), json!(header.msg_type));
        Self { parent: parent.into(), session: session.to_owned(), count }
    }

    /// The messages that the block runs.
    pub(super) fn begun(&self, code: &str) -> Vec<String> {
        let input = json!({"code": code, "execution_count": self.count});
        vec![self.state("busy"), self.message("iopub", "execute_input", input)]
    }

    /// The messages with its output.
    pub(super) fn printed(&self, event: &Event) -> Vec<String> {
        let (name, mut text) = match event {
            Event::Started => return Vec::new(),
            Event::Stdout(text) => ("stdout", text.as_str()),
            Event::Stderr(text) => ("stderr", text.as_str()),
        };
        let mut messages = Vec::new();
        while !text.is_empty() {
            let (part, rest) = text.split_at(text.floor_char_boundary(MOST_TEXT));
            messages.push(self.message("iopub", "stream", json!({"name": name, "text": part})));
            text = rest;
        }
        messages
    }

    /// The messages about its end. The traceback was printed to standard error already.
    pub(super) fn ended(&self, result: &ExecuteResponse) -> Vec<String> {
        let mut messages: Vec<String> = result.ending.files.iter().filter_map(|file| self.display(file)).collect();
        match Exception::of(result) {
            Some(Exception { name, value }) => messages.extend(self.failed(&name, &value, &[])),
            None => messages.extend(self.reply(json!({"status": "ok"}))),
        }
        messages
    }

    /// The messages that the block was not run, with the reason.
    pub(super) fn refused(&self, sentence: &str) -> Vec<String> {
        self.failed("RuntrayError", sentence, &[sentence])
    }

    fn failed(&self, name: &str, value: &str, traceback: &[&str]) -> Vec<String> {
        let error = json!({"ename": name, "evalue": value, "traceback": traceback});
        let mut messages = vec![self.message("iopub", "error", error.clone())];
        let mut reply = error;
        reply["status"] = json!("error");
        messages.extend(self.reply(reply));
        messages
    }

    fn reply(&self, mut content: Value) -> Vec<String> {
        content["execution_count"] = json!(self.count);
        vec![self.message("shell", "execute_reply", content), self.state("idle")]
    }

    /// A picture.
    fn display(&self, file: &ResultFile) -> Option<String> {
        let content = file.content.as_deref().filter(|_| file.media_type.starts_with("image/"))?;
        let data = match (file.media_type.as_str(), content.len() <= MOST_PICTURE) {
            (_, false) => json!({"text/plain": format!("{} is too large to be shown here", file.path)}),
            ("image/svg+xml", true) => json!({"image/svg+xml": text(file)?, "text/plain": file.path}),
            (media_type, true) => json!({media_type: content, "text/plain": file.path}),
        };
        Some(self.message("iopub", "display_data", json!({"data": data, "metadata": {}, "transient": {}})))
    }

    fn state(&self, state: &str) -> String {
        self.message("iopub", "status", json!({"execution_state": state}))
    }

    fn message(&self, channel: &str, kind: &str, content: Value) -> String {
        let id = Ulid::generate().to_string();
        let date = OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default();
        json!({
            "header": {
                "msg_id": id, "msg_type": kind, "username": "runtray", "session": self.session, "date": date, "version": "5.3",
            },
            "msg_id": id,
            "msg_type": kind,
            "parent_header": self.parent,
            "metadata": {},
            "content": content,
            "buffers": [],
            "channel": channel,
        })
        .to_string()
    }
}
