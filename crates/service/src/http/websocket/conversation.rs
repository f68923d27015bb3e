//! One WebSocket from its first message to its close.

use std::pin::pin;
use std::time::Duration;

use axum::extract::ws::close_code;
use runtray_engine::Refill;
use runtray_wire::{Code, ExecuteResponse, Finished, ServerMessage};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::backlog::Backlog;
use super::end::{Ending, Gone};
use super::interactive::{self, Interactive};
use super::reader::{Incoming, Reader};
use super::socket::Socket;
use super::writer::Writer;
use crate::http::budget::Share;
use crate::http::error::Error;
use crate::http::from_wire::message::parse_run;
use crate::http::from_wire::request::Parsed;
use crate::http::guard::layer::Caller;
use crate::http::server::Server;
use crate::settings::Settings;

/// How long a client may take to send its program.
const FIRST_MESSAGE: Duration = Duration::from_secs(10);
/// Replies to bad messages that may wait for a client that does not read.
const REPLIES: usize = 16;

/// Serves a client until its program or its connection ends.
pub(crate) async fn attend(server: &Server, caller: &Caller, id: String, socket: Socket) {
    let withdrawn = socket.pass().withdrawn();
    let (sink, mut reader) = socket.split();
    let mut writer = Writer::new(sink);
    // The rules first: input that came together with their change must not reach the program.
    let ended = tokio::select! {
        biased;
        error = withdrawn => Err(Ending::Refused(error)),
        ended = converse(server, caller, &id, &mut reader, &mut writer) => ended,
    };
    let ending = match ended {
        Ok((finished, refill)) => {
            let sent = send(&mut writer, &ServerMessage::Finished(Box::new(finished)), close_code::NORMAL).await;
            drop(refill);
            sent
        }
        Err(Ending::Gone) => return,
        Err(Ending::Stopping) => Ok(close_code::AWAY),
        Err(Ending::Refused(error)) => {
            error.log();
            send(&mut writer, &ServerMessage::Error(error.body(&id)), code_for(&error)).await
        }
    };
    let Ok(code) = ending else { return };
    // After a normal end during a shutdown, the close code tells the client that the service stops.
    let stopping = server.sessions.stopping().is_cancelled() && code == close_code::NORMAL;
    if writer.close(if stopping { close_code::AWAY } else { code }).await.is_ok() {
        reader.drain().await;
    }
}

/// Sends the last message; returns the code to close the connection with.
async fn send(writer: &mut Writer, message: &ServerMessage, code: u16) -> Result<u16, Gone> {
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
    server: &Server,
    caller: &Caller,
    id: &str,
    reader: &mut Reader,
    writer: &mut Writer,
) -> Result<(Finished, Refill), Ending> {
    let settings = server.core.settings.borrow().settings.clone();
    // The program's share of the budget, held until it has ended.
    let mut share = server.budget.share();
    let parsed = tokio::select! {
        parsed = first(reader, &settings, &mut share) => parsed?,
        () = server.sessions.stopping().cancelled() => return Err(Ending::Stopping),
    };
    let Interactive { launch, started, events, commands } =
        interactive::prepare(&server.core, parsed, id, caller.name()).await?;
    let (replies, replied) = mpsc::channel(REPLIES);
    let backlog = Backlog::new(server);
    // It ends only if the client is gone or sends too much, perhaps while the user is asked about its program.
    let mut reading = pin!(reader.carry(&commands, &replies, backlog, settings.body_bytes));
    // Dropped when the client goes away, which cancels the run.
    let mut execution = tokio::select! {
        biased;
        started = launch.start(&server.core) => started?,
        ending = &mut reading => return Err(ending),
    };
    // The writer ends with the output.
    tokio::select! {
        sent = writer.carry(events, replied, started) => sent?,
        ending = &mut reading => return Err(ending),
    }
    let (result, refill) = execution.ended().await.map_err(Error::from)?;
    Ok((ExecuteResponse::from(result).into(), refill))
}

/// The program that the first message asks for.
async fn first(reader: &mut Reader, settings: &Settings, share: &mut Share) -> Result<Parsed, Ending> {
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
            let parsed = parse_run(text.as_bytes(), interactive::timeouts(settings));
            Ok(parsed.map_err(Error::from)?)
        }
        Ok(Some(Ok(Incoming::Binary(_)))) => {
            Err(Error::InvalidRequest("The first message must be text that holds JSON.".into()).into())
        }
    }
}
