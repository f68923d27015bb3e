//! A conversation over a WebSocket: one program, what is typed into it, and what it prints.
//!
//! Reading and writing go on side by side. A client that does not read slows the program down. What a program does not read is
//! put aside up to a bound, so that signals get past it; then its client is slowed down. Whoever leaves ends the run.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Utf8Bytes, WebSocket, close_code};
use futures_util::StreamExt;
use runtray_engine::{Commander, Event, commands};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::backlog::Backlog;
use super::reader::{Incoming, Reader};
use super::writer::Writer;
use crate::http::budget::Share;
use crate::http::error::Error;
use crate::http::guard::Caller;
use crate::http::routes::execute::find;
use crate::http::wire::error::Code;
use crate::http::wire::message::{ServerMessage, parse_run};
use crate::http::wire::request::{Parsed, Timeouts};
use crate::http::wire::response::{Finished, Started};
use crate::runs::core::App;
use crate::runs::execution::{Execution, Job, Live};
use crate::settings::Settings;

/// What a client gets to say what to run.
const FIRST_MESSAGE: Duration = Duration::from_secs(10);
/// Events between the execution and the connection: the fewer, the sooner a slow reader slows the program down.
const EVENTS: usize = 16;
/// Pieces of input between what is put aside and the execution; each may hold 1 MiB.
const TYPED: usize = 1;
/// Answers to bad messages that may wait for a client that does not read.
const REPLIES: usize = 16;

/// The client went away: there is nobody to tell.
pub(crate) struct Gone;

/// Why a conversation ends without a program's end.
pub(crate) enum Ending {
    Gone,
    /// The client is told why.
    Refused(Error),
    /// The service stops, and nothing ran.
    Stopping,
}

/// Attends to a client until one of the two ends it.
pub(crate) async fn attend(app: &Arc<App>, caller: &Caller, id: String, socket: WebSocket) {
    let (sink, stream) = socket.split();
    let (mut writer, mut reader) = (Writer::new(sink), Reader::new(stream));
    let ending = match converse(app, caller, &id, &mut reader, &mut writer).await {
        Ok(finished) => tell(&mut writer, &ServerMessage::Finished(Box::new(finished)), close_code::NORMAL).await,
        Err(Ending::Gone) => return,
        Err(Ending::Stopping) => Ok(close_code::AWAY),
        Err(Ending::Refused(error)) => {
            error.log();
            tell(&mut writer, &ServerMessage::Error(error.body(&id)), code_for(&error)).await
        }
    };
    let Ok(code) = ending else { return };
    let stopping = app.sessions.stopping().is_cancelled() && code == close_code::NORMAL;
    if writer.close(if stopping { close_code::AWAY } else { code }).await.is_ok() {
        reader.drain().await;
    }
}

async fn tell(writer: &mut Writer, message: &ServerMessage, code: u16) -> Result<u16, Gone> {
    writer.send(message).await.map(|()| code)
}

fn code_for(error: &Error) -> u16 {
    match error.code() {
        Code::BodyTooLarge => close_code::SIZE,
        Code::Internal => close_code::ERROR,
        Code::ShuttingDown => close_code::AWAY,
        _ => close_code::POLICY,
    }
}

async fn converse(
    app: &Arc<App>,
    caller: &Caller,
    id: &str,
    reader: &mut Reader,
    writer: &mut Writer,
) -> Result<Finished, Ending> {
    let settings = app.settings.borrow().settings.clone();
    let mut share = app.budget.share();
    let Parsed { language, request } = tokio::select! {
        parsed = first(reader, &settings, &mut share) => parsed?,
        () = app.sessions.stopping().cancelled() => return Err(Ending::Stopping),
    };
    // Dropped when the client goes away, which cancels the run.
    let Begun { execution, started, events, commands } =
        begin(app, Parsed { language, request }, id, caller.name()).await?;
    let mut execution = execution.holding(share);
    let (replies, replied) = mpsc::channel(REPLIES);
    let backlog = Backlog::new(&app.budget);
    tokio::select! {
        written = writer.carry(events, replied, started) => written?,
        ending = reader.carry(&commands, &replies, backlog, settings.body_bytes) => return Err(ending),
    }
    Ok(execution.ended().await?.into())
}

/// An interactive execution that has its slot.
pub(crate) struct Begun {
    pub(crate) execution: Execution,
    pub(crate) started: Started,
    pub(crate) events: mpsc::Receiver<Event>,
    pub(crate) commands: Commander,
}

/// Starts the program of a first message, for a WebSocket or for the program that embeds the service.
pub(crate) async fn begin(app: &Arc<App>, parsed: Parsed, id: &str, origin: &str) -> Result<Begun, Error> {
    let settings = app.settings.borrow().settings.clone();
    if let Some(reason) = settings.refuse_to_run {
        return Err(Error::IsolationUnavailable(reason));
    }
    let runtime = find(app, &parsed.language).await?;
    let slot = app.admission.admit_interactive(settings.terminals)?;
    let request = parsed.request.with_idle_limit(settings.terminal_idle);
    let job = Job { id: id.to_owned(), runtime, request, origin: origin.to_owned(), is_interactive: true };
    let started = Started::of(&job);
    let (tap, events) = mpsc::channel(EVENTS);
    let (commands, commanded) = commands(TYPED);
    let live = Live { tap: Some(tap), commands: Some(commanded) };
    Ok(Begun { execution: Execution::start(app, job, slot, live), started, events, commands })
}

/// The program that the first message asks for.
async fn first(reader: &mut Reader, settings: &Settings, share: &mut Share) -> Result<Parsed, Ending> {
    let total = settings.terminal_total;
    let message = timeout(FIRST_MESSAGE, reader.next(settings.body_bytes)).await;
    match message {
        Err(_) => {
            let seconds = FIRST_MESSAGE.as_secs();
            Err(Error::InvalidRequest(format!(
                "Nothing came for {seconds} seconds. Send `{{\"type\": \"run\", \"code\": \"…\"}}` first."
            ))
            .into())
        }
        Ok(None) => Err(Ending::Gone),
        Ok(Some(Err(error))) => Err(error.into()),
        Ok(Some(Ok(Incoming::Text(text)))) => {
            share.grow(text.len()).map_err(Error::from)?;
            Ok(parse_run(text.as_bytes(), Timeouts { default: total, max: total })?)
        }
        Ok(Some(Ok(Incoming::Binary(_)))) => {
            Err(Error::InvalidRequest("The first message must be text that holds JSON.".into()).into())
        }
    }
}

impl From<Gone> for Ending {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl From<Error> for Ending {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// The text of a message.
pub(crate) fn json(message: &ServerMessage) -> Utf8Bytes {
    serde_json::to_string(message).unwrap_or_default().into()
}
