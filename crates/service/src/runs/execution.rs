//! The life of an execution, from its slot to its one end.
//!
//! It runs in a task of its own, so that it ends properly and is recorded even if its client goes away. Its client holds an
//! [`Execution`]; dropping that cancels the run.

use std::sync::Arc;

use runtray_engine::{Commands, Event, Outcome, Session};
use time::OffsetDateTime;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::admission::Slot;
use super::bounded_text::BoundedText;
use super::engine_handle::EngineHandle;
use super::error::RunError;
use super::isolation;
use super::job::Job;
use super::recorder::Recorder;
use super::registry::{Registry, Running};
use super::run_result::{Granted, RunResult};
use crate::settings::Loaded;

/// Events that may wait between the engine and us. A small number, so that a slow client soon slows the program down.
const EVENTS: usize = 16;

/// The channels between a running execution and its client.
#[derive(Default)]
pub(crate) struct Live {
    /// Receives the execution's events. A slow receiver slows the program down.
    pub(crate) tap: Option<mpsc::Sender<Event>>,
    /// The client's commands for an interactive execution.
    pub(crate) commands: Option<Commands>,
}

/// The parts of the service that an execution uses. Clones share them.
#[derive(Clone)]
pub(crate) struct Context {
    /// The settings in effect.
    pub(crate) settings: watch::Receiver<Loaded>,
    /// The engine.
    pub(crate) engine: EngineHandle,
    /// The list of running executions.
    pub(crate) registry: Registry,
    /// Where the execution is reported.
    pub(crate) recorder: Recorder,
    /// Tracks the executions' tasks.
    pub(crate) tasks: TaskTracker,
}

/// A handle to a running execution. Dropping it cancels the run.
pub(crate) struct Execution {
    task: JoinHandle<Result<RunResult, RunError>>,
    begun: CancellationToken,
    _cancel: DropGuard,
}

impl Execution {
    /// Starts `job`.
    pub(crate) fn start(context: Context, job: Job, slot: Slot, live: Live) -> Self {
        let cancel = CancellationToken::new();
        let tasks = context.tasks.clone();
        let run = Run::new(context, job, live.tap, cancel.clone());
        let begun = run.begun.clone();
        let task = tasks.spawn(run.carry_out(slot, live.commands).in_current_span());
        Self { task, begun, _cancel: cancel.drop_guard() }
    }

    /// A token that is cancelled as soon as the program has been started.
    pub(crate) fn begun(&self) -> CancellationToken {
        self.begun.clone()
    }

    /// Waits for the execution's end.
    ///
    /// # Errors
    /// The program could not be run.
    pub(crate) async fn ended(&mut self) -> Result<RunResult, RunError> {
        (&mut self.task).await.unwrap_or_else(|failed| Err(RunError::Internal(failed.to_string())))
    }
}

/// The state of an execution's task.
struct Run {
    context: Context,
    running: Running,
    tap: Option<mpsc::Sender<Event>>,
    begun: CancellationToken,
    output: BoundedText,
    error: BoundedText,
    granted: Option<Granted>,
}

impl Run {
    fn new(context: Context, job: Job, tap: Option<mpsc::Sender<Event>>, cancel: CancellationToken) -> Self {
        let kept = context.settings.borrow().settings.kept_output_bytes;
        Self {
            context,
            running: Running { job: Arc::new(job), started_at: OffsetDateTime::now_utc(), cancel },
            tap,
            begun: CancellationToken::new(),
            output: BoundedText::new(kept),
            error: BoundedText::new(kept),
            granted: None,
        }
    }

    async fn carry_out(mut self, slot: Slot, commands: Option<Commands>) -> Result<RunResult, RunError> {
        let _registration = self.context.registry.register(self.running.clone());
        let engine = self.context.engine.started().await?;
        let settings = self.context.settings.borrow().settings.clone();
        let policy = isolation::policy(&engine, &settings, self.running.job.isolation).await;
        self.granted = Granted::of(&policy);
        let (events, received) = mpsc::channel(EVENTS);
        let (job, cancel) = (self.running.job.clone(), self.running.cancel.clone());
        let run = async move {
            let session = Session { events, commands, cancel };
            let outcome = engine.run(&job.request, &job.runtime, &settings.limits, &policy, session).await;
            // The program is gone: another one may run while a slow client still reads this one's output.
            drop(slot);
            outcome
        };
        // The capture ends with the run, which drops the sending end of the events.
        let (outcome, ()) = tokio::join!(run, self.capture(received));
        match outcome {
            Ok(outcome) => Ok(self.finish(outcome).await),
            Err(error) => Err(self.give_up(error)),
        }
    }

    /// Keeps the beginning of what the program prints, and passes all of it on to the client.
    async fn capture(&mut self, mut events: mpsc::Receiver<Event>) {
        while let Some(event) = events.recv().await {
            match &event {
                Event::Started => self.begin(),
                Event::Stdout(text) => self.output.push(text),
                Event::Stderr(text) => self.error.push(text),
            }
            self.pass_on(event).await;
        }
    }

    fn begin(&mut self) {
        self.begun.cancel();
        self.context.recorder.begun(&self.running);
    }

    /// Sends an event to the client and waits while the client is slow. A client that reads nothing for too long loses its
    /// connection; that closes the tap, and the run is cancelled.
    async fn pass_on(&mut self, event: Event) {
        let Some(tap) = &self.tap else { return };
        if tap.send(event).await.is_err() {
            self.tap = None;
            self.running.cancel.cancel();
        }
    }

    async fn finish(mut self, outcome: Outcome) -> RunResult {
        // Live clients get the engine's reason as the last line of standard error, as the JSON response has it.
        if let Some(line) = outcome.reason.as_deref().map(|reason| self.error.as_own_line(reason)) {
            self.pass_on(Event::Stderr(line)).await;
        }
        let Job { id, runtime, .. } = &*self.running.job;
        let result = RunResult {
            granted: self.granted,
            ..RunResult::new(id.clone(), runtime, outcome, self.output, self.error)
        };
        self.context.recorder.ended(&self.running, &result);
        result
    }

    /// The engine failed. An execution that has begun in the journal must end there.
    fn give_up(&mut self, error: runtray_engine::Error) -> RunError {
        if self.begun.is_cancelled() {
            self.context.recorder.lost(&self.running);
        }
        error.into()
    }
}
