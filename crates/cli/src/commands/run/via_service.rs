//! Running a program through the service on this machine, over its WebSocket. It starts sooner there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use runtray_engine::{Command, Commands, Signal, SourceFile, Status};
use runtray_service::address_file;
use runtray_service::paths::Paths;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Message, http};
use tokio_util::sync::CancellationToken;

use super::console;
use super::program::Program;
use crate::print;
use crate::service_client::{self, Connection, Peer};

/// Time limit for the service to answer and to start the program.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time limit for the service to report the end of a cancelled program.
const LAST_WORD: Duration = Duration::from_secs(5);
/// How long a signal waits until the program has read the input before it.
const ORDER_WAITS: Duration = Duration::from_secs(1);
/// Error codes of a full service. This process then runs the program.
const BUSY: [&str; 3] = ["too_many_executions", "shutting_down", "body_too_large"];

/// A program that the service runs.
pub(super) struct Served {
    sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    stream: SplitStream<WebSocketStream<TcpStream>>,
}

/// The end of a program.
pub(super) struct Ended {
    pub(super) status: Status,
    pub(super) exit_code: Option<i32>,
    pub(super) signal: Option<String>,
    /// Wall-clock time of the run.
    pub(super) duration: Duration,
    /// The service's message at the end of a program with a terminal.
    pub(super) told: String,
}

impl Ended {
    /// The result of a cancelled program for which the service sent no end.
    fn cancelled() -> Self {
        Self { status: Status::Cancelled, exit_code: None, signal: None, duration: Duration::ZERO, told: String::new() }
    }
}

/// Starts `program` in the running service; `None` if no service runs or if it is full.
///
/// # Errors
/// The service refuses the program.
pub(super) async fn start(program: &Program, paths: &Paths) -> anyhow::Result<Option<Served>> {
    let Some(opened) = open(program, paths).await else { return Ok(None) };
    let (served, first) = opened;
    match (first["type"].as_str(), first["code"].as_str().unwrap_or_default()) {
        (Some("started"), _) => Ok(Some(served)),
        (_, code) if BUSY.contains(&code) => Ok(None),
        _ => anyhow::bail!("{}", first["error"].as_str().unwrap_or("the service does not say why it runs nothing")),
    }
}

/// Connects to the address in the address file. Nothing is sent to a program there that cannot prove that it is the service.
async fn open(program: &Program, paths: &Paths) -> Option<(Served, Value)> {
    let port: u16 = address_file::find(paths)?.rsplit_once(':')?.1.parse().ok()?;
    let token = service_client::token(paths)?;
    match spawn_blocking(move || service_client::find(port, token)).await.ok()? {
        Peer::Service(connection, token) => {
            timeout(PATIENCE, send_program(program, connection, port, &token)).await.ok()?
        }
        Peer::Stranger => {
            print::note(format_args!(
                "runtray: what listens on port {port} is not your service, which was there; the program runs without it"
            ));
            None
        }
        Peer::Nobody(_) => None,
    }
}

/// Sends the program and waits for the first message.
async fn send_program(program: &Program, connection: Connection, port: u16, token: &str) -> Option<(Served, Value)> {
    let request = request(port, token)?;
    let connection = TcpStream::from_std(connection.into_stream().ok()?).ok()?;
    let (socket, _) = tokio_tungstenite::client_async(request, connection).await.ok()?;
    let (mut sink, mut stream) = socket.split();
    sink.send(Message::text(first_message(program).to_string())).await.ok()?;
    let first = next(&mut stream).await?;
    Some((Served { sink, stream }, first))
}

fn request(port: u16, token: &str) -> Option<http::Request<()>> {
    let mut request = format!("ws://localhost:{port}/execute/ws").into_client_request().ok()?;
    request.headers_mut().insert(http::header::AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).ok()?);
    Some(request)
}

fn first_message(program: &Program) -> Value {
    let (code, code_encoding) = written(&program.code);
    let milliseconds = u64::try_from(program.timeout.as_millis()).unwrap_or(u64::MAX);
    json!({
        "type": "run",
        "code": code,
        "code_encoding": code_encoding,
        "language": program.language,
        "args": program.args,
        "env": program.env.iter().cloned().collect::<BTreeMap<_, _>>(),
        "files": program.files.iter().map(carried).collect::<Vec<_>>(),
        "timeout_ms": milliseconds,
        "terminal": program.terminal.map(|size| json!({"columns": size.columns(), "rows": size.rows()})),
    })
}

/// A file as JSON for the service.
fn carried(file: &SourceFile) -> Value {
    let (content, encoding) = written(&file.content);
    json!({"path": file.path.as_str(), "content": content, "encoding": encoding})
}

/// The content and its encoding: valid text unchanged, anything else in base64.
fn written(bytes: &[u8]) -> (Cow<'_, str>, &'static str) {
    match str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), "utf8"),
        Err(_) => (Cow::Owned(BASE64_STANDARD.encode(bytes)), "base64"),
    }
}

impl Served {
    /// Passes input and output until the program has ended. Closing the connection, as on `cancel`, ends it.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn carry(
        self,
        commands: Commands,
        has_terminal: bool,
        cancel: CancellationToken,
    ) -> anyhow::Result<Ended> {
        let Self { sink, mut stream } = self;
        let sending = tokio::spawn(send(commands, sink, cancel.clone()));
        let ended = tokio::select! {
            ended = receive(&mut stream, has_terminal, &cancel) => ended,
            () = given_up(&cancel) => Ok(Ended::cancelled()),
        };
        sending.abort();
        ended
    }
}

/// Returns when the service had its time to end a cancelled program. The connection is then closed.
async fn given_up(cancel: &CancellationToken) {
    cancel.cancelled().await;
    sleep(LAST_WORD).await;
}

async fn send(
    mut commands: Commands,
    mut sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    cancel: CancellationToken,
) {
    let mut held = None;
    loop {
        let message = match held.take() {
            Some(order) => message(order),
            None => tokio::select! {
                command = commands.next() => match command {
                    Some(command) => message(command),
                    None => std::future::pending().await,
                },
                () = cancel.cancelled() => message(Command::Signal(Signal::Kill)),
            },
        };
        let cancelled = cancel.is_cancelled();
        let sending = sink.send(message);
        tokio::pin!(sending);
        let sent = tokio::select! {
            biased;
            sent = &mut sending => sent.is_ok(),
            // If the program does not read, the service accepts no more input. Then only closing the connection can end the run.
            Some(order) = commands.control() => match timeout(ORDER_WAITS, &mut sending).await {
                Ok(sent) => {
                    held = Some(order);
                    sent.is_ok()
                }
                Err(_) => {
                    cancel.cancel();
                    false
                }
            },
        };
        if !sent || cancelled {
            return std::future::pending().await;
        }
    }
}

fn message(command: Command) -> Message {
    let value = match command {
        Command::Stdin(bytes) => return Message::binary(bytes),
        Command::Eof => json!({"type": "eof"}),
        Command::Resize(size) => json!({"type": "resize", "columns": size.columns(), "rows": size.rows()}),
        Command::Signal(Signal::Interrupt) => json!({"type": "signal", "signal": "interrupt"}),
        Command::Signal(Signal::Terminate) => json!({"type": "signal", "signal": "terminate"}),
        Command::Signal(Signal::Kill) => json!({"type": "signal", "signal": "kill"}),
    };
    Message::text(value.to_string())
}

async fn receive(
    stream: &mut SplitStream<WebSocketStream<TcpStream>>,
    has_terminal: bool,
    cancel: &CancellationToken,
) -> anyhow::Result<Ended> {
    let mut told = String::new();
    while let Some(message) = next(stream).await {
        let data = message["data"].as_str().unwrap_or_default();
        let written = match message["type"].as_str() {
            Some("stdout") => console::show(data, &mut io::stdout().lock()),
            // The output of a terminal is one stream, so stderr only has the service's own message.
            Some("stderr") if has_terminal => {
                told += data;
                Ok(())
            }
            Some("stderr") => console::show(data, &mut io::stderr().lock()),
            Some("finished") => return ended(&message, told),
            _ => Ok(()),
        };
        if written.is_err() {
            cancel.cancel();
        }
    }
    anyhow::bail!("the service went away while the program ran")
}

fn ended(message: &Value, told: String) -> anyhow::Result<Ended> {
    let status = Status::ALL.into_iter().find(|status| message["status"] == status.name());
    Ok(Ended {
        status: status
            .ok_or_else(|| anyhow::anyhow!("the service ended the program in a way of its own: {message}"))?,
        exit_code: message["exit_code"].as_i64().and_then(|code| i32::try_from(code).ok()),
        signal: message["signal"].as_str().map(str::to_owned),
        duration: Duration::try_from_secs_f64(message["duration_ms"].as_f64().unwrap_or_default() / 1000.0)
            .unwrap_or_default(),
        told,
    })
}

/// The next message; `None` if the connection was closed.
async fn next(stream: &mut SplitStream<WebSocketStream<TcpStream>>) -> Option<Value> {
    loop {
        match stream.next().await? {
            Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}
