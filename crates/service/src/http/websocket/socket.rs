//! A client's WebSocket, and the bytes that it has received of a message that is not complete.

use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt;
use futures_util::stream::SplitSink;

use super::reader::Reader;
use crate::http::guard::pass::Pass;
use crate::http::received::Received;

/// The sending half of a connection.
pub(crate) type Sink = SplitSink<WebSocket, Message>;

/// A connection to a client.
pub(crate) struct Socket {
    socket: WebSocket,
    received: Received,
    pass: Pass,
}

impl Socket {
    /// A connection whose incomplete messages count in `received`.
    pub(super) fn new(socket: WebSocket, received: Received, pass: Pass) -> Self {
        Self { socket, received, pass }
    }

    /// The pass of the request that opened it. The connection must be closed when it is withdrawn.
    pub(crate) fn pass(&self) -> Pass {
        self.pass.clone()
    }

    /// Its two halves.
    pub(crate) fn split(self) -> (Sink, Reader) {
        let (sink, stream) = self.socket.split();
        (sink, Reader::new(stream, self.received))
    }
}
