//! A WebSocket to `GET /execute/ws`: typing into a program and reading its output.

use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::protocol::frame::Frame;
use tungstenite::protocol::frame::coding::{Data, OpCode};
use tungstenite::{Error, HandshakeError, Message, WebSocket};

use super::Service;

/// The time in which a program must print something; Wine on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// The client's side of an interactive program. Dropping it drops the connection.
pub(crate) struct Conversation {
    socket: WebSocket<TcpStream>,
    /// Output that was received and not yet consumed.
    output: String,
    /// All of standard error.
    errors: String,
    /// The `finished` or `error` message, if it was received.
    last: Option<Value>,
}

impl Service {
    /// Opens a connection with further headers. The error is the HTTP status of an answer that is not an upgrade.
    pub(crate) fn upgrade(&self, headers: &[(&'static str, &str)]) -> Result<Conversation, u16> {
        self.upgrade_at("/execute/ws", headers)
    }

    /// The same at the path of another WebSocket, of an adapter.
    pub(crate) fn upgrade_at(&self, path: &str, headers: &[(&'static str, &str)]) -> Result<Conversation, u16> {
        let mut request = format!("ws://localhost:{}{path}", self.port).into_client_request().expect("a request");
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        let connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("the service listens");
        connection.set_read_timeout(Some(PATIENCE)).expect("a read timeout");
        connection.set_write_timeout(Some(PATIENCE)).expect("a write timeout");
        connection.set_nodelay(true).expect("small messages go at once");
        match tungstenite::client(request, connection) {
            Ok((socket, _)) => Ok(Conversation { socket, output: String::new(), errors: String::new(), last: None }),
            Err(HandshakeError::Failure(Error::Http(response))) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts an interactive program, and waits until it runs.
    pub(crate) fn converse(&self, request: &Value) -> Conversation {
        let mut conversation = self.upgrade(&[]).expect("an upgrade");
        conversation.run(request);
        assert_eq!(conversation.next()["type"], "started");
        conversation
    }

    /// The same for Python with a terminal of 80 by 24.
    #[cfg(unix)]
    pub(crate) fn python_terminal(&self, code: &str) -> Conversation {
        self.converse(&json!({"code": code, "terminal": {"columns": 80, "rows": 24}}))
    }
}

impl Conversation {
    /// Sends the first message, which starts a program.
    pub(crate) fn run(&mut self, request: &Value) {
        let mut message = request.clone();
        message["type"] = "run".into();
        self.send(&message);
    }

    /// Sends a message.
    pub(crate) fn send(&mut self, message: &Value) {
        self.send_raw(Message::text(message.to_string()));
    }

    /// Sends a raw WebSocket message.
    pub(crate) fn send_raw(&mut self, message: Message) {
        self.socket.send(message).expect("the service reads");
    }

    /// Sends the first part of a message that never becomes complete, as far as the service reads it.
    pub(crate) fn send_part(&mut self, part: &[u8]) {
        let frame = Frame::message(part.to_vec(), OpCode::Data(Data::Text), false);
        // The service may refuse the message while it is being sent.
        drop(self.socket.send(Message::Frame(frame)));
    }

    /// Whether a message waits to be read.
    pub(crate) fn has_message(&mut self) -> bool {
        let connection = self.socket.get_ref();
        connection.set_nonblocking(true).expect("a socket");
        let waits = connection.peek(&mut [0]).is_ok();
        connection.set_nonblocking(false).expect("a socket");
        waits
    }

    /// Types text.
    pub(crate) fn type_in(&mut self, text: &str) {
        self.send(&json!({"type": "stdin", "data": text}));
    }

    /// Types text. `false` if the service has closed the connection.
    #[cfg(target_os = "linux")]
    pub(crate) fn try_type_in(&mut self, text: &str) -> bool {
        self.socket.send(Message::text(json!({"type": "stdin", "data": text}).to_string())).is_ok()
    }

    /// Types a line and Enter, which sends `\r` on a terminal.
    #[cfg(unix)]
    pub(crate) fn enter(&mut self, line: &str) {
        self.type_in(&format!("{line}\r"));
    }

    /// Sends a signal.
    pub(crate) fn signal(&mut self, name: &str) {
        self.send(&json!({"type": "signal", "signal": name}));
    }

    /// The next message of any type.
    ///
    /// # Panics
    /// The connection was closed.
    #[track_caller]
    pub(crate) fn next(&mut self) -> Value {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).expect("JSON"),
                Ok(Message::Close(frame)) => panic!("closed with {frame:?} after {:?}", self.output),
                Ok(_) => {}
                Err(error) => panic!("{error} after {:?} and {:?}", self.output, self.errors),
            }
        }
    }

    /// Reads until the service pings the client, which answers it when it reads on.
    ///
    /// # Panics
    /// The connection was closed.
    #[track_caller]
    pub(crate) fn pinged(&mut self) {
        loop {
            match self.socket.read() {
                Ok(Message::Ping(_)) => return,
                Ok(Message::Close(frame)) => panic!("closed with {frame:?}"),
                Ok(_) => {}
                Err(error) => panic!("not pinged: {error}"),
            }
        }
    }

    /// Waits until `text` is printed and gives the output before it. The output after it is kept for the next call.
    ///
    /// # Panics
    /// The program ended first, or the deadline passed.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.output.find(text) {
                let rest = self.output.split_off(at + text.len());
                let mut before = std::mem::replace(&mut self.output, rest);
                before.truncate(at);
                return before;
            }
            assert!(self.last.is_none(), "{text:?} was not shown but {:?}, then {:?}", self.output, self.last);
            assert!(Instant::now() < deadline, "{text:?} was not shown but {:?}", self.output);
            self.take();
        }
    }

    /// Waits for the end and gives the `finished` message.
    #[track_caller]
    pub(crate) fn finished(&mut self) -> Value {
        while self.last.is_none() {
            self.take();
        }
        let last = self.last.take().expect("a last message");
        assert_eq!(last["type"], "finished", "{last}");
        last
    }

    /// Waits for the end and gives the status and the exit code.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> (String, Value) {
        let finished = self.finished();
        (finished["status"].as_str().expect("a status").to_owned(), finished["exit_code"].clone())
    }

    /// Output that was received and not yet consumed.
    pub(crate) fn output(&self) -> &str {
        &self.output
    }

    /// All of standard error so far.
    pub(crate) fn errors(&self) -> &str {
        &self.errors
    }

    /// Waits for the close frame and gives its code.
    pub(crate) fn close_code(&mut self) -> u16 {
        loop {
            match self.socket.read() {
                Ok(Message::Close(frame)) => return frame.map_or(1005, |frame| frame.code.into()),
                Ok(_) => {}
                Err(error) => panic!("broken off rather than closed: {error}"),
            }
        }
    }

    #[track_caller]
    fn take(&mut self) {
        let message = self.next();
        let data = || message["data"].as_str().expect("text").to_owned();
        match message["type"].as_str() {
            Some("stdout") => self.output += &data(),
            Some("stderr") => self.errors += &data(),
            Some("started") => {}
            _ => self.last = Some(message),
        }
    }
}
