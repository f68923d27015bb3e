//! Where executions are reported: the journal, the metrics, and the subscribers of the event bus.

use std::sync::Arc;

use runtray_engine::Job;
use runtray_wire::ExecutionSummary;
use tokio::sync::watch;

use super::event_bus::{EventBus, ExecutionEvent};
use super::journal_entry;
use super::metrics::Metrics;
use super::registry::Running;
use super::run_result::RunResult;
use crate::journal::{Journal, LOST, milliseconds};
use crate::settings::Loaded;

/// Reports executions. Clones report to the same places.
#[derive(Clone)]
pub(crate) struct Recorder {
    settings: watch::Receiver<Loaded>,
    journal: Journal,
    metrics: Arc<Metrics>,
    events: EventBus,
}

impl Recorder {
    /// A recorder that keeps as much in the journal as `settings` say at the time.
    pub(crate) fn new(
        settings: watch::Receiver<Loaded>,
        journal: Journal,
        metrics: Arc<Metrics>,
        events: EventBus,
    ) -> Self {
        Self { settings, journal, metrics, events }
    }

    /// Reports that the program of `running` was started.
    fn begun(&self, running: &Running) {
        let settings = self.settings.borrow().settings.journal.clone();
        if settings.enabled {
            self.journal.begin(journal_entry::begun(&running.job, running.started_at, &settings));
        }
        self.events.publish(|| ExecutionEvent::Begun(running.summary()));
    }

    /// Reports that `running` ended with `result`.
    fn ended(&self, running: &Running, result: &RunResult) {
        let outcome = &result.outcome;
        self.metrics.ended(&result.language, outcome);
        let most = self.settings.borrow().settings.journal.max_text_bytes;
        self.journal.end(journal_entry::ended(result, most));
        self.events.publish(|| {
            ExecutionEvent::Ended(ExecutionSummary {
                status: outcome.status.name().to_owned(),
                duration_ms: Some(milliseconds(outcome.duration)),
                exit_code: outcome.exit_code,
                isolation: Some(outcome.isolation.name().to_owned()),
                ..running.summary()
            })
        });
    }

    /// Reports that the engine failed to run `running` to its end.
    fn lost(&self, running: &Running) {
        self.journal.end(journal_entry::lost(running.job.id()));
        self.events.publish(|| {
            let (status, duration_ms) = (LOST.to_owned(), Some(0.0));
            ExecutionEvent::Ended(ExecutionSummary { status, duration_ms, ..running.summary() })
        });
    }
}

/// The reports of one execution: it begins at most once, and a begun one ends exactly once. Dropping it without an end reports
/// that the execution was lost.
pub(crate) struct Report {
    recorder: Recorder,
    running: Running,
    is_open: bool,
}

impl Report {
    /// Nothing is reported yet.
    pub(crate) fn new(recorder: Recorder, running: Running) -> Self {
        Self { recorder, running, is_open: false }
    }

    /// The execution.
    pub(crate) fn running(&self) -> &Running {
        &self.running
    }

    /// Its program.
    pub(crate) fn job(&self) -> &Arc<Job> {
        &self.running.job
    }

    /// Reports that its program was started.
    pub(crate) fn begun(&mut self) {
        self.is_open = true;
        self.recorder.begun(&self.running);
    }

    /// Reports its end.
    pub(crate) fn ended(mut self, result: &RunResult) {
        self.is_open = false;
        self.recorder.ended(&self.running, result);
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if self.is_open {
            self.recorder.lost(&self.running);
        }
    }
}
