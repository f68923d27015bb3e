//! The life of an execution, from its slot to its one end.
//!
//! It runs in a task of its own, so that it ends properly and is recorded even if its client goes away. Its client holds an
//! [`Execution`]; dropping that cancels the run.

use std::sync::Arc;

use runtray_engine::language::Languages;
use runtray_engine::{Commands, Event, EventSink, Job, Outcome, Refill};
use tokio::sync::{SetOnce, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::admission::Slot;
use super::bounded_text::BoundedText;
use super::engine_handle::EngineHandle;
use super::error::RunError;
use super::isolation::{self, Wish};
use super::questions::Answer;
use super::recorder::{Recorder, Report};
use super::registry::{Registry, Running};
use super::run_result::RunResult;
use crate::sentences as s;
use crate::settings::Loaded;

/// Events that may wait for an execution's client. A small number, so that a slow client soon slows the program down.
pub(crate) const EVENTS: usize = 32;

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
    /// The languages of this machine.
    pub(crate) languages: Arc<Languages>,
    /// The port that the service listens on.
    pub(crate) own_port: Option<u16>,
    /// The list of running executions.
    pub(crate) registry: Registry,
    /// Where the execution is reported.
    pub(crate) recorder: Recorder,
    /// Tracks the executions' tasks.
    pub(crate) tasks: TaskTracker,
}

/// How an execution ended. The [`Refill`] is dropped when its client has been told.
type Ended = Result<(RunResult, Refill), RunError>;

/// A handle to a running execution. Dropping it cancels the run.
pub(crate) struct Execution {
    task: JoinHandle<Ended>,
    begun: Arc<SetOnce<()>>,
    cancel: DropGuard,
    ignored: Vec<String>,
}

impl Execution {
    /// Starts `job`, with the wish of its request and the user's answer about it.
    pub(crate) fn start(context: Context, job: Job, asked: (Wish, Option<Answer>), slot: Slot, live: Live) -> Self {
        let begun = Arc::new(SetOnce::new());
        let (tasks, cancel) = (context.tasks.clone(), job.cancel().clone().drop_guard());
        let run = Run::new(context, job, live.tap, begun.clone());
        let task = tasks.spawn(run.carry_out(asked, slot, live.commands).in_current_span());
        Self { task, begun, cancel, ignored: Vec::new() }
    }

    /// The execution of a request some of whose fields were not understood; its result names them.
    pub(crate) fn with_ignored(self, ignored: Vec<String>) -> Self {
        Self { ignored, ..self }
    }

    /// Is set as soon as the program has been started.
    pub(crate) fn begun(&self) -> Arc<SetOnce<()>> {
        self.begun.clone()
    }

    /// The token that cancels the run.
    pub(crate) fn cancel(&self) -> &CancellationToken {
        self.cancel.token()
    }

    /// Waits for the execution's end.
    ///
    /// # Errors
    /// The program could not be run.
    pub(crate) async fn ended(&mut self) -> Ended {
        let (result, refill) =
            (&mut self.task).await.unwrap_or_else(|failed| Err(RunError::Internal(failed.to_string())))?;
        Ok((RunResult { ignored: std::mem::take(&mut self.ignored), ..result }, refill))
    }
}

/// The state of an execution's task.
struct Run {
    context: Context,
    report: Report,
    tap: Option<mpsc::Sender<Event>>,
    begun: Arc<SetOnce<()>>,
    output: BoundedText,
    error: BoundedText,
}

impl Run {
    fn new(context: Context, job: Job, tap: Option<mpsc::Sender<Event>>, begun: Arc<SetOnce<()>>) -> Self {
        let kept = context.settings.borrow().settings.kept_output_bytes;
        let report = Report::new(context.recorder.clone(), Running::now(job));
        Self { context, report, tap, begun, output: BoundedText::new(kept), error: BoundedText::new(kept) }
    }

    async fn carry_out(
        mut self,
        (wish, answer): (Wish, Option<Answer>),
        slot: Slot,
        commands: Option<Commands>,
    ) -> Ended {
        let job = self.report.job().clone();
        // The registration lists the execution while it waits for the engine, so that it can be cancelled.
        let _registration = self.context.registry.register(self.report.running().clone());
        let engine = self.context.engine.started().await?;
        let settings = self.context.settings.borrow().settings.clone();
        // Decided as late as possible: the settings may have been closed while it waited for its slot and for the engine.
        let chosen = isolation::chosen(&settings, wish, job.runtime().isolation, job.origin());
        let chosen = chosen.and_then(|chosen| chosen.answered(answer, wish)).map_err(RunError::NoIsolation)?;
        let Context { languages, own_port, .. } = &self.context;
        let policy = isolation::policy(&engine, languages, &settings, (chosen, job.runtime()), *own_port).await;
        let policy = policy.map_err(RunError::NoIsolation)?;
        if chosen.is_unanswered(&policy) {
            return Err(RunError::NoIsolation(s::NETWORK_CHANGED.message()));
        }
        job.isolate(policy);
        let ended = engine.run(&job, commands, &mut self).await;
        // The program is gone: another one may run while a slow client still reads this one's output.
        drop(slot);
        // On an error the report is dropped, which records that the run was lost.
        let (outcome, refill) = ended?;
        Ok((self.finish(outcome).await, refill))
    }

    /// Sends an event to the client and waits while the client is slow. A client that reads nothing for too long loses its
    /// connection; that closes the tap, and the run is cancelled.
    async fn pass_on(&mut self, event: Event) {
        let Some(tap) = &self.tap else { return };
        if tap.send(event).await.is_err() {
            self.tap = None;
            self.report.job().cancel().cancel();
        }
    }

    async fn finish(mut self, outcome: Outcome) -> RunResult {
        // Live clients get the engine's reason as the last line of standard error, as the JSON response has it.
        if let Some(line) = outcome.reason.as_deref().map(|reason| self.error.as_own_line(reason)) {
            self.pass_on(Event::Stderr(line)).await;
        }
        let result = RunResult::new(self.report.job(), outcome, self.output, self.error);
        self.report.ended(&result);
        result
    }
}

impl EventSink for Run {
    /// Keeps the beginning of the program's output, and passes all of it on to the client.
    async fn put(&mut self, event: Event) {
        match &event {
            Event::Started => {
                self.report.begun();
                // An error would mean that it began twice.
                let _ = self.begun.set(());
            }
            Event::Stdout(text) => self.output.push(text),
            Event::Stderr(text) => self.error.push(text),
        }
        self.pass_on(event).await;
    }
}
