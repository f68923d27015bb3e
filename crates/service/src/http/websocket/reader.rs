//! What comes from the client.

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
use super::conversation::Ending;
use crate::http::error::Error;
use crate::http::wire::message::{parse_command, typed};

/// A client from which nothing comes for so long, not even the answer to a ping, is taken for gone.
const SILENCE: Duration = Duration::from_secs(60);
/// What a client gets to take the last message before the connection is dropped.
const GOODBYE: Duration = Duration::from_secs(2);

/// A message that says something.
pub(super) enum Incoming {
    Text(Utf8Bytes),
    Binary(Bytes),
}

/// The client's side of the connection.
pub(super) struct Reader(SplitStream<WebSocket>);

impl Reader {
    pub(super) fn new(stream: SplitStream<WebSocket>) -> Self {
        Self(stream)
    }

    /// The next message; `None` when the client is gone, an error when the message was larger than `cap`.
    pub(super) async fn next(&mut self, cap: usize) -> Option<Result<Incoming, Error>> {
        loop {
            match timeout(SILENCE, self.0.next()).await.ok()?? {
                Ok(Message::Text(text)) => return Some(Ok(Incoming::Text(text))),
                Ok(Message::Binary(bytes)) => return Some(Ok(Incoming::Binary(bytes))),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Err(error) if is_too_large(&error) => return Some(Err(Error::BodyTooLarge { cap })),
                Ok(Message::Close(_)) | Err(_) => return None,
            }
        }
    }

    /// Passes commands on until the client is gone or sends what cannot be taken. What else is wrong with a message is told
    /// through `replies`.
    ///
    /// What the program does not read is put aside, so that a signal behind it is heard. When that is too much, the connection
    /// is not read until the program has taken some, and that the client is gone is first noticed by the pings.
    pub(super) async fn carry(
        &mut self,
        commands: &Commander,
        replies: &mpsc::Sender<Error>,
        mut backlog: Backlog,
        cap: usize,
    ) -> Ending {
        loop {
            let message = tokio::select! {
                biased;
                message = self.next(cap), if backlog.has_room() => message,
                room = commands.room_to_type(), if !backlog.is_empty() => {
                    match (room, backlog.pop()) {
                        (Ok(room), Some(typed)) => room.send(typed),
                        // The run has ended; its last message is on the way.
                        _ => while backlog.pop().is_some() {},
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
                Ok(typed @ (Command::Stdin(_) | Command::Eof)) => backlog.push(typed),
                // A run that has ended takes none.
                Ok(order) => _ = commands.send(order).await,
                // A client that sends many bad messages and reads nothing is told of the first.
                Err(error) => _ = replies.try_send(error),
            }
        }
    }

    /// Reads and drops what still comes, until the client has closed its side. A connection that is dropped with something unread
    /// in it is reset, and the client would lose the last message.
    pub(super) async fn drain(&mut self) {
        let closed = async { while let Some(Ok(_)) = self.0.next().await {} };
        let _ = timeout(GOODBYE, closed).await;
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(tungstenite::Error::Capacity(_)))
}
