//! The events of a run, from Server-Sent Events or from a WebSocket.

use std::io::{BufRead, BufReader};

use anyhow::{Context as _, Result, bail};
use runtray_wire::{ClientMessage, ExecuteRequest, Finished, Printed, Run, ServerMessage, TerminalSize};
use serde_json::Deserializer;
use ureq::BodyReader;

use crate::moment::Moment;
use crate::websocket::Socket;

/// The observations of one run.
pub(crate) struct Seen {
    /// When the first byte of output arrived.
    pub(crate) first: Moment,
    /// When the last byte of output arrived.
    pub(crate) last: Moment,
    /// All output.
    pub(crate) output: String,
    /// When the final event arrived.
    pub(crate) over: Moment,
    /// The final event.
    pub(crate) finished: Finished,
}

/// A source of events.
pub(crate) trait Events {
    /// The next event.
    ///
    /// # Errors
    /// The connection broke or ended, or the service sent something else.
    fn next(&mut self) -> Result<ServerMessage>;
}

/// Reads the events of a run to its end.
///
/// # Errors
/// The run was refused or failed, or printed nothing.
pub(crate) fn watch(events: &mut impl Events) -> Result<Seen> {
    let (mut times, mut output) = (None, String::new());
    loop {
        match events.next()? {
            ServerMessage::Stdout(Printed { data }) => {
                // The first event sets both times, later ones move only the second.
                let now = Moment::now();
                times = Some((times.map_or(now, |(first, _)| first), now));
                output += &data;
            }
            ServerMessage::Finished(finished) if finished.success => {
                let over = Moment::now();
                let (first, last) = times.context("the program printed nothing")?;
                return Ok(Seen { first, last, output, over, finished: *finished });
            }
            ServerMessage::Started(_) => {}
            other => bail!("the service sent {other:?}"),
        }
    }
}

/// The body of a response with Server-Sent Events.
pub(crate) struct Stream(pub(crate) BufReader<BodyReader<'static>>);

impl Events for Stream {
    fn next(&mut self) -> Result<ServerMessage> {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line)? == 0 {
                bail!("the stream of events ended early");
            }
            if let Some(event) = line.strip_prefix("event: ") {
                event.trim_end().clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data: ") {
                let message = ServerMessage::from_event(&name, &mut Deserializer::from_str(data));
                return message
                    .context("an event is malformed")?
                    .with_context(|| format!("the event {name} is not known"));
            }
        }
    }
}

impl Events for Socket {
    fn next(&mut self) -> Result<ServerMessage> {
        self.receive()
    }
}

/// The request that runs `code` in Python.
pub(crate) fn python(code: &str) -> ExecuteRequest {
    ExecuteRequest { code: code.to_owned(), language: Some("python".to_owned()), ..ExecuteRequest::default() }
}

/// Starts `code` in Python over a WebSocket to the service on `port`, with or without a terminal of 80 by 24.
///
/// # Errors
/// The service does not accept the upgrade.
pub(crate) fn converse(port: u16, code: &str, terminal: bool) -> Result<Socket> {
    let mut socket = Socket::connect(port, "/execute/ws")?;
    let terminal = terminal.then_some(TerminalSize { columns: 80, rows: 24 });
    socket.send(&ClientMessage::Run(Box::new(Run { request: python(code), terminal })))?;
    Ok(socket)
}
