//! Starting an interactive execution, for a WebSocket or for the program that embeds the service.

use runtray_engine::{Commander, Event, Job, commands};
use runtray_wire::Started;
use tokio::sync::mpsc;

use crate::http::error::Error;
use crate::http::from_wire::request::{Parsed, Timeouts, warn_of_ignored};
use crate::http::to_wire;
use crate::runs::core::Core;
use crate::runs::execution::{EVENTS, Execution, Live};
use crate::runs::isolation::Wish;
use crate::settings::Settings;

/// Pieces of input that may wait between the backlog and the execution; each may hold 1 MiB.
const INPUT: usize = 1;

/// An interactive execution that is ready to start.
pub(crate) struct Interactive {
    /// Starts it.
    pub(crate) launch: Launch,
    /// The message that tells its client that it runs.
    pub(crate) started: Started,
    /// Its events.
    pub(crate) events: mpsc::Receiver<Event>,
    /// Sends it commands.
    pub(crate) commands: Commander,
}

/// A program that is ready to start.
pub(crate) struct Launch {
    job: Job,
    wish: Wish,
    live: Live,
    ignored: Vec<String>,
}

impl Launch {
    /// Starts the program, after the user's answer if the settings ask for one. Dropping the future withdraws it, so its client
    /// should be watched meanwhile.
    ///
    /// # Errors
    /// The program was not run.
    pub(crate) async fn start(self, core: &Core) -> Result<Execution, Error> {
        Ok(core.execute(self.job, self.wish, self.live).await?.with_ignored(self.ignored))
    }
}

/// Prepares the program of a first message.
///
/// # Errors
/// The program cannot be run.
pub(crate) async fn prepare(core: &Core, parsed: Parsed, id: &str, origin: &str) -> Result<Interactive, Error> {
    let wish = to_wire::wish(parsed.isolation, parsed.network);
    let runtime = core.runtime_for(&parsed.language, wish).await?;
    let mut ignored = parsed.ignored;
    ignored.extend(core.other_version(&parsed.language, &runtime)?);
    warn_of_ignored(&ignored);
    let idle = core.settings.borrow().settings.terminal_idle;
    let request = parsed.request.with_idle_limit(idle);
    let job = Job::new(request, runtime)?.with_names(id, origin);
    let started = to_wire::started(&job);
    let (tap, events) = mpsc::channel(EVENTS);
    let (commands, commanded) = commands(INPUT);
    let live = Live { tap: Some(tap), commands: Some(commanded) };
    Ok(Interactive { launch: Launch { job, wish, live, ignored }, started, events, commands })
}

/// The timeouts of interactive executions.
pub(crate) fn timeouts(settings: &Settings) -> Timeouts {
    Timeouts { default: settings.terminal_total, max: settings.terminal_total }
}
