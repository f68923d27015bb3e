//! The life of an execution: from its slot to its one end, in the journal too.
//!
//! It runs in a task of its own, so that it ends properly and is recorded when the client goes away: whoever waits for it
//! holds an [`Execution`], and dropping that cancels the run.

use std::sync::Arc;

use runtray_engine::language::Runtime;
use runtray_engine::{Commands, Event, Outcome, Request, Session};
use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument;

use crate::http::budget::Share;
use crate::http::error::Error;
use crate::http::wire::ExecuteResponse;
use crate::runs::admission::Slot;
use crate::runs::bounded_text::Kept;
use crate::runs::core::App;
use crate::runs::journal_entry;
use crate::runs::registry::Running;

/// Events between the engine and us: the fewer, the sooner a slow reader slows the program down.
const EVENTS: usize = 16;

/// A program that may run now.
pub(crate) struct Job {
    /// The execution's ULID.
    pub(crate) id: String,
    /// What runs it.
    pub(crate) runtime: Arc<Runtime>,
    /// The program.
    pub(crate) request: Request,
    /// Who asked.
    pub(crate) origin: String,
    /// Whether it may be typed into while it runs.
    pub(crate) is_interactive: bool,
}

impl Job {
    /// The first line of the program that is not blank.
    pub(crate) fn first_line(&self) -> String {
        journal_entry::first_line(self.request.code())
    }
}

/// What goes between an execution and a client while it goes on.
#[derive(Default)]
pub(crate) struct Live {
    /// Where its events go too; it slows the program down when it is slow itself.
    pub(crate) tap: Option<mpsc::Sender<Event>>,
    /// What an interactive one is told.
    pub(crate) commands: Option<Commands>,
}

/// An execution on its way. Dropping it cancels the run.
pub(crate) struct Execution {
    task: JoinHandle<Result<ExecuteResponse, Error>>,
    begun: CancellationToken,
    _cancel: DropGuard,
    _share: Option<Share>,
}

impl Execution {
    /// Starts `job`.
    pub(crate) fn start(app: &Arc<App>, job: Job, slot: Slot, live: Live) -> Self {
        let cancel = CancellationToken::new();
        let run = Run::new(app.clone(), job, live.tap, cancel.clone());
        let begun = run.begun.clone();
        let task = app.runs.spawn(run.carry_out(slot, live.commands).in_current_span());
        Self { task, begun, _cancel: cancel.drop_guard(), _share: None }
    }

    /// Cancelled when the program was started.
    pub(crate) fn begun(&self) -> CancellationToken {
        self.begun.clone()
    }

    /// Holds on to its request's share of the budget as long as it goes on.
    pub(crate) fn holding(self, share: Share) -> Self {
        Self { _share: Some(share), ..self }
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> Result<ExecuteResponse, Error> {
        (&mut self.task).await.unwrap_or_else(|failed| Err(Error::internal(failed)))
    }
}

/// An execution from the inside.
struct Run {
    app: Arc<App>,
    job: Arc<Job>,
    tap: Option<mpsc::Sender<Event>>,
    cancel: CancellationToken,
    begun: CancellationToken,
    started_at: OffsetDateTime,
    recorded: bool,
    output: Kept,
    error: Kept,
}

impl Run {
    fn new(app: Arc<App>, job: Job, tap: Option<mpsc::Sender<Event>>, cancel: CancellationToken) -> Self {
        let kept = app.settings.borrow().settings.kept_output_bytes;
        let (output, error) = (Kept::new(kept), Kept::new(kept));
        Self {
            app,
            job: Arc::new(job),
            tap,
            cancel,
            begun: CancellationToken::new(),
            started_at: OffsetDateTime::now_utc(),
            recorded: false,
            output,
            error,
        }
    }

    async fn carry_out(mut self, slot: Slot, commands: Option<Commands>) -> Result<ExecuteResponse, Error> {
        let _listed = self.app.executions.enter(self.listed());
        let engine = self.app.engine().await?;
        let limits = self.app.settings.borrow().settings.limits.clone();
        let (events, received) = mpsc::channel(EVENTS);
        let (job, cancel) = (self.job.clone(), self.cancel.clone());
        let run = async move {
            let session = Session { events, commands, cancel };
            let outcome = engine.run(&job.request, &job.runtime, &limits, session).await;
            drop(slot);
            outcome
        };
        let (outcome, ()) = tokio::join!(run, self.capture(received));
        match outcome {
            Ok(outcome) => Ok(self.finish(outcome).await),
            Err(error) => Err(self.give_up(error)),
        }
    }

    async fn capture(&mut self, mut events: mpsc::Receiver<Event>) {
        while let Some(event) = events.recv().await {
            match &event {
                Event::Started => self.record_begin(),
                Event::Stdout(text) => self.output.push(text),
                Event::Stderr(text) => self.error.push(text),
            }
            self.pass_on(event).await;
        }
    }

    /// Waits for a reader that is slow. One that takes nothing is given up by its connection, which closes the tap.
    async fn pass_on(&mut self, event: Event) {
        let Some(tap) = &self.tap else { return };
        if tap.send(event).await.is_err() {
            self.tap = None;
            self.cancel.cancel();
        }
    }

    async fn finish(mut self, outcome: Outcome) -> ExecuteResponse {
        self.app.metrics.ended(&self.job.runtime.language, &outcome);
        if let Some(line) = outcome.reason.as_deref().map(|reason| self.error.as_own_line(reason)) {
            self.pass_on(Event::Stderr(line)).await;
        }
        let (output, error) = (std::mem::take(&mut self.output), std::mem::take(&mut self.error));
        let ran = ExecuteResponse::new(self.job.id.clone(), &self.job.runtime, outcome, output, error);
        self.record_end(&ran);
        ran
    }

    /// The engine failed. What had begun in the journal must end there.
    fn give_up(&mut self, error: runtray_engine::Error) -> Error {
        if self.recorded {
            self.app.journal().end(journal_entry::lost(&self.job.id));
            self.app.feed.ended(&self.listed(), None);
        }
        error.into()
    }

    fn listed(&self) -> Running {
        Running { job: self.job.clone(), started_at: self.started_at, cancel: self.cancel.clone() }
    }

    fn record_begin(&mut self) {
        self.recorded = true;
        self.begun.cancel();
        let settings = self.app.settings.borrow().settings.journal.clone();
        if settings.enabled {
            self.app.journal().begin(journal_entry::begun(&self.job, self.started_at, &settings));
        }
        self.app.feed.begun(&self.listed());
    }

    fn record_end(&self, ran: &ExecuteResponse) {
        let most = self.app.settings.borrow().settings.journal.max_text_bytes;
        self.app.journal().end(journal_entry::ended(ran, most));
        self.app.feed.ended(&self.listed(), Some(ran));
    }
}
