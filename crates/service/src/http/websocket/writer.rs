//! The service's messages.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use futures_util::SinkExt;
use runtray_engine::Event;
use runtray_wire::{Printed, ServerMessage, Started};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use super::end::Gone;
use super::socket::Sink;
use crate::http::error::Error;

/// How often the client is pinged. Pings find clients that are gone, and keep proxies from closing the connection.
const PING_EVERY: Duration = Duration::from_secs(10);

/// The sending half of the connection.
pub(super) struct Writer(Sink);

impl Writer {
    pub(super) fn new(sink: Sink) -> Self {
        Self(sink)
    }

    /// Sends a message, and waits while the client reads nothing.
    pub(super) async fn send(&mut self, message: &ServerMessage) -> Result<(), Gone> {
        let json = serde_json::to_string(message).unwrap_or_default();
        self.put(Message::Text(json.into())).await
    }

    /// Sends the close frame.
    pub(super) async fn close(&mut self, code: u16) -> Result<(), Gone> {
        self.put(Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::default() }))).await
    }

    /// Sends the program's output, and replies to bad messages, until the output ends.
    pub(super) async fn carry(
        &mut self,
        mut events: mpsc::Receiver<Event>,
        mut replies: mpsc::Receiver<Error>,
        started: Started,
    ) -> Result<(), Gone> {
        let mut started = Some(started);
        let mut pings = interval(PING_EVERY);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // An interval ticks at once; the first ping is due later.
        pings.reset();
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
                _ = pings.tick() => self.put(Message::Ping(Bytes::new())).await?,
            }
        }
    }

    /// Waits while the client is slow. If it reads nothing for too long, the connection's write timeout ends the wait.
    async fn put(&mut self, message: Message) -> Result<(), Gone> {
        self.0.send(message).await.map_err(|_| Gone)
    }
}
