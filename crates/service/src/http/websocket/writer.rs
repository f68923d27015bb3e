//! The service's messages.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use runtray_engine::Event;
use runtray_wire::{Printed, ServerMessage, Started};
use tokio::sync::mpsc;

use super::end::Gone;
use super::socket::Sink;
use crate::http::error::Error;

/// The sending half of the connection.
pub(super) struct Writer(Sink);

impl Writer {
    pub(super) fn new(sink: Sink) -> Self {
        Self(sink)
    }

    /// Sends a message, and waits while the client reads nothing.
    pub(super) async fn send(&mut self, message: &ServerMessage) -> Result<(), Gone> {
        let json = serde_json::to_string(message).unwrap_or_default();
        self.0.send(Message::Text(json.into())).await
    }

    /// Sends the close frame.
    pub(super) async fn close(&mut self, code: u16) -> Result<(), Gone> {
        self.0.send(Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::default() }))).await
    }

    /// Sends the program's output, and replies to bad messages, until the output ends.
    pub(super) async fn carry(
        &mut self,
        mut events: mpsc::Receiver<Event>,
        mut replies: mpsc::Receiver<Error>,
        started: Started,
    ) -> Result<(), Gone> {
        let mut started = Some(started);
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    None => return Ok(()),
                    Some(Event::Started) => if let Some(started) = started.take() {
                        self.send(&ServerMessage::Started(started)).await?;
                    },
                    Some(Event::Stdout(data)) => self.send(&ServerMessage::Stdout(Printed { data })).await?,
                    Some(Event::Stderr(data)) => self.send(&ServerMessage::Stderr(Printed { data })).await?,
                },
                Some(error) = replies.recv() => self.send(&ServerMessage::Error(error.body(""))).await?,
            }
        }
    }
}
