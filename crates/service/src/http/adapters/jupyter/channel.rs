//! A kernel's channel: one block after the other, each a run of its own.

use std::collections::VecDeque;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use ulid::Ulid;

use super::messages::{Answers, Request};
use crate::http::adapters::submission::submit;
use crate::http::error::Error;
use crate::http::from_wire::request::{Parsed, Timeouts};
use crate::http::server::Server;
use crate::http::websocket::reader::Reader;

/// Blocks that may wait for their turn.
const QUEUED: usize = 16;

/// The client is gone, or broke the protocol.
struct Gone;

/// A kernel's client.
pub(super) struct Client<'a> {
    pub(super) server: &'a Server,
    pub(super) language: String,
    pub(super) origin: String,
    /// The id of the first block's execution.
    pub(super) id: String,
}

struct Channel<'a> {
    client: Client<'a>,
    sink: SplitSink<WebSocket, Message>,
    reader: Reader,
    queued: VecDeque<Request>,
    session: String,
    count: u32,
}

/// Serves a client until it closes the channel or the service stops.
pub(super) async fn attend(client: Client<'_>, socket: WebSocket) {
    let (sink, stream) = socket.split();
    let session = Ulid::generate().to_string();
    let mut channel = Channel { client, sink, reader: Reader::new(stream), queued: VecDeque::new(), session, count: 0 };
    let stopping = channel.client.server.sessions.stopping().clone();
    loop {
        let request = tokio::select! {
            request = channel.next() => request,
            () = stopping.cancelled() => break,
        };
        let Ok(request) = request else { return };
        if channel.execute(request).await.is_err() {
            return;
        }
    }
    let frame = CloseFrame { code: close_code::AWAY, reason: Utf8Bytes::default() };
    let _ = channel.sink.send(Message::Close(Some(frame))).await;
}

impl Channel<'_> {
    async fn next(&mut self) -> Result<Request, Gone> {
        if let Some(request) = self.queued.pop_front() {
            return Ok(request);
        }
        loop {
            if let Some(request) = received(&mut self.reader, self.client.server).await? {
                return Ok(request);
            }
        }
    }

    /// Runs a block, and queues the blocks that arrive meanwhile.
    async fn execute(&mut self, request: Request) -> Result<(), Gone> {
        self.count += 1;
        let answers = Answers::to(request.header, &self.session, self.count);
        let run = run(&self.client, self.count, &answers, request.content.code, &mut self.sink);
        let mut run = std::pin::pin!(run);
        loop {
            tokio::select! {
                ended = &mut run => return ended,
                request = received(&mut self.reader, self.client.server) => match request? {
                    Some(_) if self.queued.len() >= QUEUED => return Err(Gone),
                    Some(request) => self.queued.push_back(request),
                    None => {}
                },
            }
        }
    }
}

/// The next message; `None` if it does not ask to run a block.
async fn received(reader: &mut Reader, server: &Server) -> Result<Option<Request>, Gone> {
    let cap = server.core.settings.borrow().settings.body_bytes;
    let Some(Ok(message)) = reader.next(cap).await else { return Err(Gone) };
    let bytes = message.into_bytes();
    let request: Option<Request> = serde_json::from_slice(&bytes).ok();
    Ok(request.filter(|request| request.header.msg_type == "execute_request"))
}

async fn run(
    client: &Client<'_>,
    count: u32,
    answers: &Answers,
    code: String,
    sink: &mut SplitSink<WebSocket, Message>,
) -> Result<(), Gone> {
    send(sink, answers.begun(&code)).await?;
    let last = match executed(client, count, answers, code, sink).await? {
        Ok(last) => last,
        Err(error) => {
            error.log();
            answers.refused(&error.body(&client.id).error)
        }
    };
    send(sink, last).await
}

async fn executed(
    client: &Client<'_>,
    count: u32,
    answers: &Answers,
    code: String,
    sink: &mut SplitSink<WebSocket, Message>,
) -> Result<Result<Vec<String>, Error>, Gone> {
    let core = &client.server.core;
    let timeout = Timeouts::longest(&core.settings.borrow().settings).default;
    let request = runtray_engine::Request::new(code, timeout);
    let parsed = Parsed::new(client.language.clone(), request);
    // The first block has the id of its request; each later one gets its own.
    let id = if count == 1 { client.id.clone() } else { Ulid::generate().to_string() };
    let mut submitted = match submit(core, parsed, id, client.origin.clone()).await {
        Ok(submitted) => submitted,
        Err(error) => return Ok(Err(error)),
    };
    while let Some(event) = submitted.next().await {
        send(sink, answers.printed(&event)).await?;
    }
    Ok(submitted.ended().await.map(|(result, _refill)| answers.ended(&result)))
}

async fn send(sink: &mut SplitSink<WebSocket, Message>, messages: Vec<String>) -> Result<(), Gone> {
    for message in messages {
        sink.send(Message::Text(message.into())).await.map_err(|_| Gone)?;
    }
    Ok(())
}
