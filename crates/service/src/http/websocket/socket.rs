//! A client's WebSocket, and the bytes that it has received of a message that is not complete.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket};
use futures_util::stream::SplitSink;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::Mutex;
use tokio::time::sleep;

use super::end::Gone;
use super::reader::Reader;
use crate::http::guard::pass::Pass;
use crate::http::received::Received;

/// How often a client is pinged. Pings find clients that are gone, and keep proxies from closing the connection; the reply of a
/// client that only listens shows that it is still there.
const PING_EVERY: Duration = Duration::from_secs(10);

/// The sending half of a connection. Clones send on the same one.
#[derive(Clone)]
pub(crate) struct Sink(Arc<Mutex<SplitSink<WebSocket, Message>>>);

impl Sink {
    /// Sends a message, and waits while the client is slow. If it reads nothing for too long, the connection's write timeout ends
    /// the wait.
    ///
    /// # Errors
    /// The client is gone.
    pub(crate) async fn send(&self, message: Message) -> Result<(), Gone> {
        self.0.lock().await.send(message).await.map_err(|_| Gone)
    }

    /// Pings the client for ever, whatever else is sent.
    async fn ping(self) {
        loop {
            sleep(PING_EVERY).await;
            // After an error, which the reader notices too, there is nobody to ping.
            let _ = self.send(Message::Ping(Bytes::new())).await;
        }
    }
}

/// A connection to a client.
pub(crate) struct Socket {
    sink: Sink,
    reader: Reader,
    pass: Pass,
}

impl Socket {
    /// A connection whose incomplete messages count in `received`.
    pub(super) fn new(socket: WebSocket, received: Received, pass: Pass) -> Self {
        let (sink, stream) = socket.split();
        Self { sink: Sink(Arc::new(Mutex::new(sink))), reader: Reader::new(stream, received), pass }
    }

    /// The pass of the request that opened it. The connection must be closed when it is withdrawn.
    pub(crate) fn pass(&self) -> Pass {
        self.pass.clone()
    }

    /// Pings the client until the future is dropped.
    pub(super) fn pings(&self) -> impl Future<Output = ()> + use<> {
        self.sink.clone().ping()
    }

    /// Its two halves.
    pub(crate) fn split(self) -> (Sink, Reader) {
        (self.sink, self.reader)
    }
}
