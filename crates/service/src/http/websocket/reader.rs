//! The client's messages.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use runtray_engine::{Command, Commander};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;

use super::backlog::Backlog;
use super::end::Ending;
use crate::http::budget::Exhausted;
use crate::http::error::Error;
use crate::http::from_wire::message::{parse_command, typed};
use crate::http::received::Received;

/// A client that sends nothing for this long, not even the reply to a ping, is considered gone.
const SILENCE: Duration = Duration::from_secs(60);
/// How long a client may take to read the last message before the connection is dropped.
const GOODBYE: Duration = Duration::from_secs(2);

/// A message with a payload.
pub(crate) enum Incoming {
    /// Text.
    Text(Utf8Bytes),
    /// Bytes.
    Binary(Bytes),
}

impl Incoming {
    /// The payload, whatever its kind.
    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Self::Text(text) => text.into(),
            Self::Binary(bytes) => bytes,
        }
    }
}

/// The receiving half of the connection.
pub(crate) struct Reader {
    stream: SplitStream<WebSocket>,
    received: Received,
}

impl Reader {
    /// The receiving half of a connection, whose incomplete messages count in `received`.
    pub(super) fn new(stream: SplitStream<WebSocket>, received: Received) -> Self {
        Self { stream, received }
    }

    /// The next message; `None` if the client is gone, an error if the message was larger than `cap` or the budget is used up.
    pub(crate) async fn next(&mut self, cap: usize) -> Option<Result<Incoming, Error>> {
        loop {
            let message = timeout(SILENCE, self.stream.next()).await.ok()??;
            self.received.complete();
            match message {
                Ok(Message::Text(text)) => return Some(Ok(Incoming::Text(text))),
                Ok(Message::Binary(bytes)) => return Some(Ok(Incoming::Binary(bytes))),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Err(error) if is_too_large(&error) => return Some(Err(Error::BodyTooLarge { cap })),
                Err(error) if is_exhausted(&error) => return Some(Err(Exhausted.into())),
                Ok(Message::Close(_)) | Err(_) => return None,
            }
        }
    }

    /// Passes commands on until the client is gone or sends a message that is too large. Other bad messages are answered through
    /// `replies`.
    ///
    /// Input that the program does not read is buffered, so that a signal behind it is read. While the buffer is full, the
    /// connection is not read, and only the pings notice that the client is gone.
    pub(super) async fn carry(
        &mut self,
        commands: &Commander,
        replies: &mpsc::Sender<Error>,
        mut backlog: Backlog,
        cap: usize,
    ) -> Ending {
        loop {
            // Biased towards the connection: a signal must get past input that the program is about to read.
            let message = tokio::select! {
                biased;
                message = self.next(cap), if backlog.has_room() => message,
                room = commands.room_to_type(), if !backlog.is_empty() => {
                    match room {
                        Ok(room) => match backlog.pop().await {
                            Ok(Some(input)) => room.send(input),
                            Ok(None) => {}
                            Err(error) => return Ending::Refused(Error::internal(error)),
                        },
                        // The run has ended, and its last message is on the way: nobody will read the rest.
                        Err(_) => backlog.clear(),
                    }
                    continue;
                }
            };
            let command = match message {
                None => return Ending::Gone,
                Some(Err(error)) => return Ending::Refused(error),
                Some(Ok(Incoming::Text(text))) => parse_command(text.as_bytes()),
                Some(Ok(Incoming::Binary(bytes))) => typed(bytes.into()),
            };
            match command {
                Ok(input @ (Command::Stdin(_) | Command::Eof)) => backlog.push(input).await,
                // An error means that the run has ended.
                Ok(command) => _ = commands.send(command).await,
                // A client that sends many bad messages and reads nothing gets replies to the first ones only.
                Err(invalid) => _ = replies.try_send(invalid.into()),
            }
        }
    }

    /// Reads and drops messages until the client has closed its side. A connection that is dropped with unread bytes in it is
    /// reset, and the client would lose the last message.
    pub(crate) async fn drain(&mut self) {
        let closed = async { while let Some(Ok(_)) = self.stream.next().await {} };
        let _ = timeout(GOODBYE, closed).await;
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    matches!(cause(error), Some(tungstenite::Error::Capacity(_)))
}

fn is_exhausted(error: &axum::Error) -> bool {
    let Some(tungstenite::Error::Io(error)) = cause(error) else { return false };
    error.get_ref().is_some_and(|source| source.is::<Exhausted>())
}

fn cause(error: &axum::Error) -> Option<&tungstenite::Error> {
    std::error::Error::source(error).and_then(|cause| cause.downcast_ref())
}
