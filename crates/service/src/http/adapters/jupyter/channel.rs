//! A kernel's channel: one block after the other, each a run of its own.

use std::collections::VecDeque;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, close_code};
use ulid::Ulid;

use super::messages::{Answers, Header, Request};
use crate::http::adapters::submission::submit;
use crate::http::budget::Share;
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
    header: Header,
    code: String,
    share: Share,
}

/// A block that is not run. Nothing else is kept of it.
struct Refused {
    header: Header,
    sentence: String,
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
            match received(&mut self.reader, self.client.server, true).await? {
                Some(Ok(block)) => return Ok(block),
                Some(Err(refused)) => refuse(&self.sink, &self.session, self.count, refused).await?,
                None => {}
            }
        }
    }

    /// Runs a block, and queues the blocks that arrive meanwhile.
    async fn execute(&mut self, Block { header, code, share }: Block) -> Result<(), Gone> {
        self.count += 1;
        let answers = Answers::to(header, &self.session, self.count);
        let run = run(&self.client, self.count, &answers, (code, share), &self.sink);
        let mut run = std::pin::pin!(run);
        loop {
            let has_room = self.queued.len() < QUEUED;
            tokio::select! {
                ended = &mut run => return ended,
                block = received(&mut self.reader, self.client.server, has_room) => match block? {
                    Some(Ok(block)) => self.queued.push_back(block),
                    Some(Err(refused)) => refuse(&self.sink, &self.session, self.count, refused).await?,
                    None => {}
                },
            }
        }
    }
}

/// The next message; `None` if it does not ask to run a block. A block without its code is refused, and so is one for which there
/// is no room, in the queue or in the budget.
async fn received(
    reader: &mut Reader,
    server: &Server,
    has_room: bool,
) -> Result<Option<Result<Block, Refused>>, Gone> {
    let cap = server.core.settings.borrow().settings.body_bytes;
    let Some(Ok(message)) = reader.next(cap).await else { return Err(Gone) };
    let bytes = message.into_bytes();
    let request: Option<Request> = serde_json::from_slice(&bytes).ok();
    let Some(request) = request.filter(|request| request.header.msg_type == "execute_request") else {
        return Ok(None);
    };
    let (header, code) = match request.into_code() {
        Ok(both) => both,
        Err((header, sentence)) => return Ok(Some(Err(Refused { header, sentence }))),
    };
    let mut share = server.budget.share();
    let sentence = match share.grow(bytes.len()) {
        Ok(()) if has_room => return Ok(Some(Ok(Block { header, code, share }))),
        Ok(()) => format!(
            "{QUEUED} blocks wait already, which is all that a kernel takes. Send this one again when one has ended."
        ),
        Err(exhausted) => Error::from(exhausted).to_string(),
    };
    Ok(Some(Err(Refused { header, sentence })))
}

/// Tells the client that a block is not run.
async fn refuse(sink: &Sink, session: &str, count: u32, Refused { header, sentence }: Refused) -> Result<(), Gone> {
    send(sink, Answers::to(header, session, count).refused(&sentence)).await
}

async fn run(
    client: &Client<'_>,
    count: u32,
    answers: &Answers,
    (code, _share): (String, Share),
    sink: &Sink,
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
    sink: &Sink,
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

async fn send(sink: &Sink, messages: Vec<String>) -> Result<(), Gone> {
    for message in messages {
        sink.send(Message::Text(message.into())).await.map_err(|_| Gone)?;
    }
    Ok(())
}
