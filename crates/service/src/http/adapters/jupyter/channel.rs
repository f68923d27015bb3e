//! A kernel's channel: one block after the other, each a run of its own.

use std::collections::VecDeque;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, close_code};
use ulid::Ulid;

use super::messages::{Answers, Request};
use crate::http::adapters::submission::submit;
use crate::http::budget::{Exhausted, Share};
use crate::http::error::Error;
use crate::http::from_wire::request::{Parsed, Timeouts};
use crate::http::server::Server;
use crate::http::websocket::reader::Reader;
use crate::http::websocket::socket::{Sink, Socket};

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
    sink: Sink,
    reader: Reader,
    queued: VecDeque<Block>,
    session: String,
    count: u32,
}

/// A block, and its share of the budget until it has run.
struct Block {
    request: Request,
    share: Result<Share, Exhausted>,
}

/// Serves a client until it closes the channel or the service stops.
pub(super) async fn attend(client: Client<'_>, socket: Socket) {
    let withdrawn = socket.pass().withdrawn();
    let (sink, reader) = socket.split();
    let session = Ulid::generate().to_string();
    let mut channel = Channel { client, sink, reader, queued: VecDeque::new(), session, count: 0 };
    let code = tokio::select! {
        // The rules first: a block that came together with their change must not run.
        biased;
        error = withdrawn => {
            error.log();
            close_code::POLICY
        }
        served = channel.serve() => match served {
            Ok(()) => close_code::AWAY,
            Err(Gone) => return,
        },
    };
    let frame = CloseFrame { code, reason: Utf8Bytes::default() };
    let _ = channel.sink.send(Message::Close(Some(frame))).await;
}

impl Channel<'_> {
    /// Runs blocks until the service stops.
    async fn serve(&mut self) -> Result<(), Gone> {
        let stopping = self.client.server.sessions.stopping().clone();
        loop {
            let block = tokio::select! {
                block = self.next() => block?,
                () = stopping.cancelled() => return Ok(()),
            };
            self.execute(block).await?;
        }
    }

    async fn next(&mut self) -> Result<Block, Gone> {
        if let Some(block) = self.queued.pop_front() {
            return Ok(block);
        }
        loop {
            if let Some(block) = received(&mut self.reader, self.client.server).await? {
                return Ok(block);
            }
        }
    }

    /// Runs a block, and queues the blocks that arrive meanwhile.
    async fn execute(&mut self, Block { request, share }: Block) -> Result<(), Gone> {
        self.count += 1;
        let answers = Answers::to(request.header, &self.session, self.count);
        let code = share.map(|share| (request.content.code, share));
        let run = run(&self.client, self.count, &answers, code, &mut self.sink);
        let mut run = std::pin::pin!(run);
        loop {
            tokio::select! {
                ended = &mut run => return ended,
                block = received(&mut self.reader, self.client.server) => match block? {
                    Some(_) if self.queued.len() >= QUEUED => return Err(Gone),
                    Some(block) => self.queued.push_back(block),
                    None => {}
                },
            }
        }
    }
}

/// The next message; `None` if it does not ask to run a block.
async fn received(reader: &mut Reader, server: &Server) -> Result<Option<Block>, Gone> {
    let cap = server.core.settings.borrow().settings.body_bytes;
    let Some(Ok(message)) = reader.next(cap).await else { return Err(Gone) };
    let bytes = message.into_bytes();
    let request: Option<Request> = serde_json::from_slice(&bytes).ok();
    let Some(mut request) = request.filter(|request| request.header.msg_type == "execute_request") else {
        return Ok(None);
    };
    let mut share = server.budget.share();
    let share = share.grow(bytes.len()).map(|()| share);
    if share.is_err() {
        request.content.code = String::new();
    }
    Ok(Some(Block { request, share }))
}

async fn run(
    client: &Client<'_>,
    count: u32,
    answers: &Answers,
    code: Result<(String, Share), Exhausted>,
    sink: &mut Sink,
) -> Result<(), Gone> {
    let ended = match code {
        Ok((code, _share)) => {
            send(sink, answers.begun(&code)).await?;
            executed(client, count, answers, code, sink).await?
        }
        Err(exhausted) => Err(exhausted.into()),
    };
    let last = match ended {
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
    sink: &mut Sink,
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

async fn send(sink: &mut Sink, messages: Vec<String>) -> Result<(), Gone> {
    for message in messages {
        sink.send(Message::Text(message.into())).await.map_err(|_| Gone)?;
    }
    Ok(())
}
