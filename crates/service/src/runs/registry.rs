//! The executions that run now: who they are, and how each is cancelled.
//!
//! What has ended is the journal's business.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::runs::execution::Job;

/// An execution that runs.
#[derive(Clone)]
pub(crate) struct Running {
    /// What runs.
    pub(crate) job: Arc<Job>,
    /// When it began.
    pub(crate) started_at: OffsetDateTime,
    /// Ends it.
    pub(crate) cancel: CancellationToken,
}

/// Every execution that runs.
#[derive(Clone, Default)]
pub(crate) struct Executions {
    list: Arc<Mutex<BTreeMap<String, Running>>>,
    /// How often the list has changed.
    changes: watch::Sender<u64>,
}

/// An execution's stay in the list, until it is dropped.
pub(crate) struct Listed {
    id: String,
    executions: Executions,
}

impl Executions {
    /// Lists `running` until the answer is dropped.
    pub(crate) fn enter(&self, running: Running) -> Listed {
        let id = running.job.id.clone();
        self.lock().insert(id.clone(), running);
        self.changes.send_modify(|changes| *changes += 1);
        Listed { id, executions: self.clone() }
    }

    /// Those that run, newest first.
    pub(crate) fn list(&self) -> Vec<Running> {
        self.lock().values().rev().cloned().collect()
    }

    /// Changes with the list.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The one of that id.
    pub(crate) fn find(&self, id: &str) -> Option<Running> {
        self.lock().get(id).cloned()
    }

    /// Asks for the end of one; `false` when none of that id runs.
    pub(crate) fn cancel(&self, id: &str) -> bool {
        self.lock().get(id).map(|running| running.cancel.cancel()).is_some()
    }

    /// Asks for the end of all.
    pub(crate) fn cancel_all(&self) {
        self.lock().values().for_each(|running| running.cancel.cancel());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Running>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.executions.lock().remove(&self.id);
        self.executions.changes.send_modify(|changes| *changes += 1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use runtray_engine::Request;
    use runtray_engine::language::{Activation, Runtime};
    use time::OffsetDateTime;
    use tokio_util::sync::CancellationToken;

    use super::{Executions, Running};
    use crate::runs::execution::Job;

    fn running(id: &str) -> Running {
        let runtime = Runtime {
            language: "python".into(),
            name: "CPython".into(),
            version: String::new(),
            path: "python".into(),
            args: Vec::new(),
            transform_args: None,
            transforms: false,
            announces: false,
            activation: Activation::default(),
            extension: "py".into(),
            args_in_sight: Vec::new(),
            prestart: None,
        };
        let request = Request::new("", Duration::from_secs(1));
        let (runtime, origin) = (Arc::new(runtime), "local".into());
        let job = Job { id: id.into(), runtime, request, origin, is_interactive: false };
        Running { job: Arc::new(job), started_at: OffsetDateTime::UNIX_EPOCH, cancel: CancellationToken::new() }
    }

    #[test]
    fn only_what_runs_is_listed_and_can_be_cancelled() {
        let executions = Executions::default();
        let (old, new) = (running("01A"), running("01B"));
        let cancelled = old.cancel.clone();
        let listed = executions.enter(old);
        let _new = executions.enter(new);
        assert_eq!(executions.list().iter().map(|one| one.job.id.clone()).collect::<Vec<_>>(), ["01B", "01A"]);
        assert!(executions.cancel("01A") && cancelled.is_cancelled());
        assert!(!executions.list()[0].cancel.is_cancelled(), "the other one was cancelled");
        drop(listed);
        assert!(!executions.cancel("01A"));
    }
}
