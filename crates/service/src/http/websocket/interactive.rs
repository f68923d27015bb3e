//! Starting an interactive execution, for a WebSocket or for the program that embeds the service.

use runtray_engine::{Commander, Event, commands};
use tokio::sync::mpsc;

use crate::http::error::Error;
use crate::http::to_wire;
use crate::http::wire::message::ServerMessage;
use crate::http::wire::request::{Parsed, Timeouts};
use crate::http::wire::response::Started;
use crate::runs::core::Core;
use crate::runs::execution::{Execution, Live};
use crate::runs::job::Job;
use crate::settings::Settings;

/// Events that may wait between the execution and its client. A small number, so that a slow client soon slows the program down.
const EVENTS: usize = 16;
/// Pieces of input that may wait between the backlog and the execution; each may hold 1 MiB.
const INPUT: usize = 1;

/// An interactive execution that has its slot.
pub(crate) struct Interactive {
    /// The execution.
    pub(crate) execution: Execution,
    /// The message that tells its client that it runs.
    pub(crate) started: Started,
    /// Its events.
    pub(crate) events: mpsc::Receiver<Event>,
    /// Sends it commands.
    pub(crate) commands: Commander,
}

/// Starts the program of a first message.
///
/// # Errors
/// It was not run.
pub(crate) async fn start(core: &Core, parsed: Parsed, id: &str, origin: &str) -> Result<Interactive, Error> {
    let runtime = core.runtime(&parsed.language).await?;
    let isolation = core.isolation(to_wire::wish(parsed.isolation, parsed.network))?;
    let idle = core.settings.borrow().settings.terminal_idle;
    let request = parsed.request.with_idle_limit(idle);
    let (id, origin) = (id.to_owned(), origin.to_owned());
    let job = Job { id, runtime, request, origin, isolation, is_interactive: true };
    let started = Started::from(&job);
    let (tap, events) = mpsc::channel(EVENTS);
    let (commands, commanded) = commands(INPUT);
    let live = Live { tap: Some(tap), commands: Some(commanded) };
    Ok(Interactive { execution: core.execute(job, live).await?, started, events, commands })
}

/// The timeouts of interactive executions.
pub(crate) fn timeouts(settings: &Settings) -> Timeouts {
    Timeouts { default: settings.terminal_total, max: settings.terminal_total }
}

/// The JSON of a message.
pub(crate) fn json(message: &ServerMessage) -> String {
    serde_json::to_string(message).unwrap_or_default()
}
