//! Piston's WebSocket: one connection, one program that can be typed into.

use std::pin::pin;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes};
use runtray_engine::{Command, Commander, Event, Signal};
use runtray_wire::ExecuteResponse;
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::reply::Refused;
use super::request::{self, Wanted};
use super::{answer, runtimes};
use crate::http::budget::Share;
use crate::http::error::Error;
use crate::http::from_wire::json::{self as read, Whole};
use crate::http::from_wire::request::Parsed;
use crate::http::server::Server;
use crate::http::websocket::backlog::Backlog;
use crate::http::websocket::interactive::{self, Interactive};
use crate::http::websocket::reader::Reader;
use crate::http::websocket::socket::{Sink, Socket};

/// How long a client may take to send its program.
const INIT: Duration = Duration::from_secs(1);

/// A close code with its reason.
struct Close(u16, &'static str);

const ALREADY: Close = Close(4000, "Already Initialized");
const LATE: Close = Close(4001, "Initialization Timeout");
const NOTIFIED: Close = Close(4002, "Notified Error");
const NOT_YET: Close = Close(4003, "Not yet initialized");
const ONLY_STDIN: Close = Close(4004, "Can only write to stdin");
const BAD_SIGNAL: Close = Close(4005, "Invalid signal");
const AWAY: Close = Close(1001, "Runtray is stopping");
const DONE: Close = Close(4999, "Job Completed");

/// Why a conversation ends.
enum Ending {
    /// The client is gone.
    Gone,
    /// It is closed with that code.
    Closed(Close),
    /// An error message to the client.
    Refused(String),
}

impl From<Refused> for Ending {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused.message)
    }
}

impl From<Error> for Ending {
    fn from(error: Error) -> Self {
        Refused::from(error).into()
    }
}

/// Serves a client until its program or its connection ends.
pub(super) async fn attend(server: &Server, origin: String, id: String, socket: Socket) {
    let withdrawn = socket.pass().withdrawn();
    let (mut sink, mut reader) = socket.split();
    let ended = tokio::select! {
        // The rules first: input that came together with their change must not reach the program.
        biased;
        error = withdrawn => Err(error.into()),
        ended = converse(server, origin, id, &mut reader, &mut sink) => ended,
    };
    let close = match ended {
        Ok(()) => DONE,
        Err(Ending::Gone) => return,
        Err(Ending::Closed(close)) => close,
        Err(Ending::Refused(message)) => {
            if send(&mut sink, &json!({"type": "error", "message": message})).await.is_err() {
                return;
            }
            NOTIFIED
        }
    };
    let frame = CloseFrame { code: close.0, reason: Utf8Bytes::from_static(close.1) };
    if sink.send(Message::Close(Some(frame))).await.is_ok() {
        reader.drain().await;
    }
}

async fn converse(
    server: &Server,
    origin: String,
    id: String,
    reader: &mut Reader,
    sink: &mut Sink,
) -> Result<(), Ending> {
    let settings = server.core.settings.borrow().settings.clone();
    // The program's share of the budget, held until it has ended.
    let mut share = server.budget.share();
    let first = tokio::select! {
        first = timeout(INIT, init(reader, settings.body_bytes, &mut share)) => first.map_err(|_| Ending::Closed(LATE))??,
        () = server.sessions.stopping().cancelled() => return Err(Ending::Closed(AWAY)),
    };
    if first.get("type").and_then(Value::as_str) != Some("init") {
        return Err(Ending::Closed(NOT_YET));
    }
    let mut wanted = request::wanted(&first, &settings)?;
    let (language, version) = runtimes::find(&server.core, &mut wanted).await?;
    let Wanted { request, ignored, .. } = wanted;
    let parsed = Parsed { ignored, ..Parsed::new(language.clone(), request.with_stdin("")) };
    let Interactive { launch, mut events, commands, .. } =
        interactive::prepare(&server.core, parsed, &id, &origin).await?;
    // Input is read from here on, so that a client that leaves is noticed while the run waits for its slot.
    let mut reading = pin!(typed(reader, &commands, Backlog::new(server), settings.body_bytes));
    // Dropped when the client goes away, which cancels the run.
    let mut execution = tokio::select! {
        biased;
        started = launch.start(&server.core) => started?,
        ending = &mut reading => return Err(ending),
    };
    send(sink, &json!({"type": "runtime", "language": language, "version": version})).await?;
    send(sink, &json!({"type": "stage", "stage": "run"})).await?;
    let output = async {
        while let Some(event) = events.recv().await {
            if let Some(message) = printed(event) {
                send(sink, &message).await?;
            }
        }
        Ok::<(), Ending>(())
    };
    // The output ends with the program. A client that leaves before cancels the run.
    tokio::select! {
        sent = output => sent?,
        ending = reading => return Err(ending),
    }
    let (result, _refill) = execution.ended().await.map_err(Error::from)?;
    let ending = ExecuteResponse::from(result).ending;
    let signal = answer::signal(ending.status, ending.signal);
    send(sink, &json!({"type": "exit", "stage": "run", "code": ending.exit_code, "signal": signal})).await
}

fn printed(event: Event) -> Option<Value> {
    let (stream, data) = match event {
        Event::Started => return None,
        Event::Stdout(text) => ("stdout", text),
        Event::Stderr(text) => ("stderr", text),
    };
    Some(json!({"type": "data", "stream": stream, "data": data}))
}

async fn send(sink: &mut Sink, message: &Value) -> Result<(), Ending> {
    sink.send(Message::Text(message.to_string().into())).await.map_err(|_| Ending::Gone)
}

/// The first message, whose bytes count in `share`.
async fn init(reader: &mut Reader, cap: usize, share: &mut Share) -> Result<Map<String, Value>, Ending> {
    let bytes = reader.next(cap).await.ok_or(Ending::Gone)??.into_bytes();
    share.grow(bytes.len()).map_err(Error::from)?;
    object(&bytes)
}

/// The next message.
async fn next(reader: &mut Reader, cap: usize) -> Result<Map<String, Value>, Ending> {
    object(&reader.next(cap).await.ok_or(Ending::Gone)??.into_bytes())
}

fn object(bytes: &[u8]) -> Result<Map<String, Value>, Ending> {
    read::object(bytes).map_err(|malformed| Ending::Refused(malformed.in_the(Whole::Body).to_string()))
}

/// Forwards input until the client is gone or breaks a rule. Signals bypass input that the program has not read.
async fn typed(reader: &mut Reader, commands: &Commander, mut backlog: Backlog, cap: usize) -> Ending {
    loop {
        let message = tokio::select! {
            biased;
            message = next(reader, cap), if backlog.has_room() => message,
            room = commands.room_to_type(), if !backlog.is_empty() => {
                match room {
                    Ok(room) => match backlog.pop().await {
                        Ok(Some(input)) => room.send(input),
                        Ok(None) => {}
                        Err(error) => return Error::internal(error).into(),
                    },
                    // The run has ended: nobody will read the rest.
                    Err(_) => backlog.clear(),
                }
                continue;
            }
        };
        match message.and_then(|message| command(&message)) {
            Ok(input @ (Command::Stdin(_) | Command::Eof)) => backlog.push(input).await,
            // An error means that the run has ended.
            Ok(command) => _ = commands.send(command).await,
            Err(ending) => return ending,
        }
    }
}

fn command(message: &Map<String, Value>) -> Result<Command, Ending> {
    let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "init" => Err(Ending::Closed(ALREADY)),
        "data" if text("stream") == "stdin" => match message.get("data").and_then(Value::as_str) {
            Some(data) => Ok(Command::Stdin(data.as_bytes().to_vec())),
            None => Err(Ending::Refused("data must be a string".to_owned())),
        },
        "data" => Err(Ending::Closed(ONLY_STDIN)),
        "eof" => Ok(Command::Eof),
        "signal" => signal(text("signal")).map(Command::Signal).ok_or(Ending::Closed(BAD_SIGNAL)),
        _ => Err(Ending::Refused("type must be data, signal or eof".to_owned())),
    }
}

fn signal(name: &str) -> Option<Signal> {
    match name {
        "SIGINT" => Some(Signal::Interrupt),
        "SIGTERM" | "SIGHUP" | "SIGQUIT" => Some(Signal::Terminate),
        "SIGKILL" => Some(Signal::Kill),
        _ => None,
    }
}
