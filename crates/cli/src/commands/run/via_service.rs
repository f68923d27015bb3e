//! Running a program through the service on this machine, over its WebSocket. It starts sooner there.

use std::io;
use std::time::Duration;

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use runtray_engine::{Command, Commands, Signal, SourceFile, Status};
use runtray_service::address_file;
use runtray_service::paths::Paths;
use runtray_wire::{
    ClientMessage, Code, Encoding, Ending, ExecuteRequest, InputFile, Printed, Run, RunStatus, SentSignal,
    ServerMessage, SignalName, TerminalSize, WholeNumber,
};
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
/// How long a program may wait for the user's answer before a note says so.
const UNTOLD: Duration = Duration::from_secs(1);
/// Time limit for the service to report the end of a cancelled program.
const LAST_WORD: Duration = Duration::from_secs(5);
/// How long a signal waits until the program has read the input before it.
const ORDER_WAITS: Duration = Duration::from_secs(1);
/// Error codes of a full service. This process then runs the program.
const BUSY: [Code; 3] = [Code::TooManyExecutions, Code::ShuttingDown, Code::BodyTooLarge];

/// A program that the service runs.
pub(super) struct Served {
    sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    stream: SplitStream<WebSocketStream<TcpStream>>,
}

/// The service's first message.
type First = anyhow::Result<ServerMessage>;

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

/// Starts `program` in the running service; `None` if no service runs or if it is full. If the service `asks` the user about it,
/// this waits for the answer.
///
/// # Errors
/// The service refuses the program.
pub(super) async fn start(program: &Program, paths: &Paths, asks: bool) -> anyhow::Result<Option<Served>> {
    let Some(opened) = open(program, paths, asks).await else { return Ok(None) };
    let (served, first) = opened;
    match first? {
        ServerMessage::Started(_) => Ok(Some(served)),
        ServerMessage::Error(error) if BUSY.contains(&error.code) => Ok(None),
        ServerMessage::Error(error) => anyhow::bail!("{}", error.error),
        _ => anyhow::bail!("the service does not say why it runs nothing"),
    }
}

/// Connects to the address in the address file. Nothing is sent to a program there that cannot prove that it is the service.
async fn open(program: &Program, paths: &Paths, asks: bool) -> Option<(Served, First)> {
    let port: u16 = address_file::find(paths)?.rsplit_once(':')?.1.parse().ok()?;
    let token = service_client::token(paths)?;
    match spawn_blocking(move || service_client::find(port, token)).await.ok()? {
        Peer::Service(connection, token) => {
            let mut served = timeout(PATIENCE, send_program(program, connection, port, &token)).await.ok()??;
            let first = first(&mut served.stream, asks).await?;
            Some((served, first))
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

/// Sends the program.
async fn send_program(program: &Program, connection: Connection, port: u16, token: &str) -> Option<Served> {
    let request = request(port, token)?;
    let connection = TcpStream::from_std(connection.into_stream().ok()?).ok()?;
    let (socket, _) = tokio_tungstenite::client_async(request, connection).await.ok()?;
    let (mut sink, stream) = socket.split();
    sink.send(text(&first_message(program))).await.ok()?;
    Some(Served { sink, stream })
}

/// The first message. A service that `asks` the user sends it after the user's answer, or when the time for that is over.
async fn first(stream: &mut SplitStream<WebSocketStream<TcpStream>>, asks: bool) -> Option<First> {
    if !asks {
        return timeout(PATIENCE, next(stream)).await.ok()?;
    }
    if let Ok(first) = timeout(UNTOLD, next(stream)).await {
        return first;
    }
    print::note("runtray: this waits until you say in the Runtray app whether the program may use the network");
    next(stream).await
}

fn request(port: u16, token: &str) -> Option<http::Request<()>> {
    let mut request = format!("ws://localhost:{port}/execute/ws").into_client_request().ok()?;
    request.headers_mut().insert(http::header::AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).ok()?);
    Some(request)
}

fn first_message(program: &Program) -> ClientMessage {
    let (code, code_encoding) = written(&program.code);
    let milliseconds = u64::try_from(program.timeout.as_millis()).unwrap_or(u64::MAX);
    let request = ExecuteRequest {
        code,
        code_encoding: Some(code_encoding),
        language: Some(program.language.clone()),
        stdin: None,
        args: Some(program.args.clone()),
        env: Some(program.env.iter().cloned().collect()),
        files: Some(program.files.iter().map(carried).collect()),
        timeout_ms: Some(WholeNumber(milliseconds)),
        isolation: program.isolation,
        network: None,
    };
    ClientMessage::Run(Box::new(Run { request, terminal: program.terminal.map(size) }))
}

/// A file as JSON for the service.
fn carried(file: &SourceFile) -> InputFile {
    let (content, encoding) = written(&file.content);
    InputFile { path: file.path.as_str().to_owned(), content, encoding: Some(encoding) }
}

/// The content and its encoding: valid text unchanged, anything else in base64.
fn written(bytes: &[u8]) -> (String, Encoding) {
    match str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), Encoding::Utf8),
        Err(_) => (BASE64_STANDARD.encode(bytes), Encoding::Base64),
    }
}

fn size(size: runtray_engine::TerminalSize) -> TerminalSize {
    TerminalSize { columns: size.columns(), rows: size.rows() }
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
    let signal = |signal| ClientMessage::Signal(SentSignal { signal });
    text(&match command {
        Command::Stdin(bytes) => return Message::binary(bytes),
        Command::Eof => ClientMessage::Eof,
        Command::Resize(new) => ClientMessage::Resize(size(new)),
        Command::Signal(Signal::Interrupt) => signal(SignalName::Interrupt),
        Command::Signal(Signal::Terminate) => signal(SignalName::Terminate),
        Command::Signal(Signal::Kill) => signal(SignalName::Kill),
    })
}

fn text(message: &ClientMessage) -> Message {
    Message::text(serde_json::to_string(message).unwrap_or_default())
}

async fn receive(
    stream: &mut SplitStream<WebSocketStream<TcpStream>>,
    has_terminal: bool,
    cancel: &CancellationToken,
) -> anyhow::Result<Ended> {
    let mut told = String::new();
    while let Some(message) = next(stream).await {
        let written = match message? {
            ServerMessage::Stdout(Printed { data }) => console::show(&data, &mut io::stdout().lock()),
            // The output of a terminal is one stream, so stderr only has the service's own message.
            ServerMessage::Stderr(Printed { data }) if has_terminal => {
                told += &data;
                Ok(())
            }
            ServerMessage::Stderr(Printed { data }) => console::show(&data, &mut io::stderr().lock()),
            ServerMessage::Finished(finished) => return Ok(ended(finished.ending, told)),
            ServerMessage::Started(_) | ServerMessage::Error(_) => Ok(()),
        };
        if written.is_err() {
            cancel.cancel();
        }
    }
    anyhow::bail!("the service went away while the program ran")
}

fn ended(ending: Ending, told: String) -> Ended {
    Ended {
        status: status(ending.status),
        exit_code: ending.exit_code,
        signal: ending.signal,
        duration: Duration::try_from_secs_f64(ending.duration_ms / 1000.0).unwrap_or_default(),
        told,
    }
}

fn status(status: RunStatus) -> Status {
    match status {
        RunStatus::Completed => Status::Completed,
        RunStatus::Failed => Status::Failed,
        RunStatus::Timeout => Status::Timeout,
        RunStatus::MemoryLimit => Status::MemoryLimit,
        RunStatus::OutputLimit => Status::OutputLimit,
        RunStatus::Crashed => Status::Crashed,
        RunStatus::Cancelled => Status::Cancelled,
    }
}

/// The next message; `None` when the service is gone, an error for a message that this version does not know.
async fn next(stream: &mut SplitStream<WebSocketStream<TcpStream>>) -> Option<anyhow::Result<ServerMessage>> {
    loop {
        match stream.next().await? {
            Ok(Message::Text(text)) => {
                let message = serde_json::from_str(&text);
                return Some(message.context("the service sent a message that this version of Runtray does not know"));
            }
            Ok(Message::Close(_)) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}
