//! The running executions, and how each is cancelled.
//!
//! Executions that have ended are in the journal only.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use runtray_engine::Job;
use runtray_wire::{Execution, ExecutionSummary};
use time::OffsetDateTime;
use tokio::sync::watch;

use super::given;
use crate::journal::{RUNNING, first_line};
use crate::settings::JournalSettings;

/// A running execution.
#[derive(Clone)]
pub(crate) struct Running {
    /// Its program.
    pub(crate) job: Arc<Job>,
    /// When it began.
    pub(crate) started_at: OffsetDateTime,
}

/// The first line of a program that is not blank is looked for in so many of its bytes.
const FIRST_LINE_BYTES: usize = 64 << 10;

impl Running {
    /// An execution of `job` that begins now.
    pub(crate) fn now(job: Job) -> Self {
        Self { job: Arc::new(job), started_at: OffsetDateTime::now_utc() }
    }

    /// The execution as a row of a list.
    pub(crate) fn summary(&self) -> ExecutionSummary {
        let job = &self.job;
        ExecutionSummary {
            id: job.id().to_owned(),
            started_at: self.started_at,
            language: job.runtime().language.clone(),
            runtime: job.runtime().name.clone(),
            status: RUNNING.to_owned(),
            duration_ms: None,
            origin: job.origin().to_owned(),
            exit_code: None,
            isolation: None,
            first_line: first_line(&job.request().beginning(FIRST_LINE_BYTES)),
        }
    }

    /// The execution as the journal would show it, with its whole code.
    pub(crate) fn record(&self) -> Execution {
        let job = &self.job;
        Execution {
            id: job.id().to_owned(),
            started_at: self.started_at,
            language: job.runtime().language.clone(),
            runtime: job.runtime().name.clone(),
            origin: job.origin().to_owned(),
            status: RUNNING.to_owned(),
            exit_code: None,
            signal: None,
            duration_ms: None,
            cpu_ms: None,
            peak_memory_bytes: None,
            isolation: None,
            containment: None,
            network: None,
            code: job.request().code().into_owned(),
            code_truncated: false,
            given: given::of(job, &JournalSettings::default()),
            output: String::new(),
            output_truncated: false,
            error: String::new(),
            error_truncated: false,
        }
    }
}

/// All running executions. Clones share the list.
#[derive(Clone, Default)]
pub(crate) struct Registry {
    list: Arc<Mutex<BTreeMap<String, Running>>>,
    /// How often the list has changed.
    changes: watch::Sender<u64>,
}

/// An execution's entry in the list. Dropping it removes the entry.
pub(crate) struct Registration {
    id: String,
    registry: Registry,
}

impl Registry {
    /// Lists `running` until the registration is dropped.
    pub(crate) fn register(&self, running: Running) -> Registration {
        let id = running.job.id().to_owned();
        self.lock().insert(id.clone(), running);
        self.changes.send_modify(|changes| *changes += 1);
        Registration { id, registry: self.clone() }
    }

    /// The running executions, newest first.
    pub(crate) fn list(&self) -> Vec<Running> {
        self.lock().values().rev().cloned().collect()
    }

    /// A watch channel that changes whenever the list does.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The running execution of that id.
    pub(crate) fn find(&self, id: &str) -> Option<Running> {
        self.lock().get(id).cloned()
    }

    /// Cancels an execution without waiting for its end; `false` if none of that id runs.
    pub(crate) fn cancel(&self, id: &str) -> bool {
        self.lock().get(id).map(|running| running.job.cancel().cancel()).is_some()
    }

    /// Cancels all executions without waiting for their end.
    pub(crate) fn cancel_all(&self) {
        self.lock().values().for_each(|running| running.job.cancel().cancel());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Running>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.registry.lock().remove(&self.id);
        self.registry.changes.send_modify(|changes| *changes += 1);
    }
}

#[cfg(test)]
mod tests {
    use super::{Registry, Running};
    use crate::runs::tests::job;

    fn running(id: &str) -> Running {
        Running::now(job(id, "\n x = 1\n"))
    }

    #[test]
    fn only_running_executions_are_listed_and_can_be_cancelled() {
        let registry = Registry::default();
        let (old, new) = (running("01A"), running("01B"));
        let cancelled = old.job.cancel().clone();
        let registration = registry.register(old);
        let _new = registry.register(new);
        assert_eq!(registry.list().iter().map(|one| one.job.id().to_owned()).collect::<Vec<_>>(), ["01B", "01A"]);
        assert!(registry.cancel("01A") && cancelled.is_cancelled());
        assert!(!registry.list()[0].job.cancel().is_cancelled(), "the other one was cancelled");
        drop(registration);
        assert!(!registry.cancel("01A"));
    }

    #[test]
    fn a_row_and_a_record_agree() {
        let running = running("01A");
        let (row, record) = (running.summary(), running.record());
        assert_eq!((row.first_line.as_str(), record.code.as_str()), ("x = 1", "\n x = 1\n"));
        assert_eq!((row.id, row.status, row.origin), (record.id, record.status, record.origin));
    }
}
