//! The live feed: executions as they begin and end, for whoever watches.
//!
//! It outlives a restart of the service, so that a window need not subscribe anew. A watcher that falls behind loses the
//! oldest news and nothing waits for it: the journal has them all.

use tokio::sync::broadcast;

use crate::http::wire::ExecuteResponse;
use crate::journal::{LOST, RUNNING, Summary};
use crate::runs::registry::Running;

/// News that a watcher may be behind before it loses some.
const BACKLOG: usize = 1024;

/// Something that happened to the list of executions.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// An execution began.
    Begun(Summary),
    /// An execution ended.
    Ended(Summary),
    /// The journal was cleared.
    Cleared,
}

/// Where news are published. Clones are the same feed.
#[derive(Clone)]
pub(crate) struct Feed(broadcast::Sender<News>);

impl Default for Feed {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl Feed {
    /// All news from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<News> {
        self.0.subscribe()
    }

    /// Tells that `running` began.
    pub(crate) fn begun(&self, running: &Running) {
        self.publish(|| News::Begun(summary(running)));
    }

    /// Tells that `running` ended with `result`, or without one.
    pub(crate) fn ended(&self, running: &Running, result: Option<&ExecuteResponse>) {
        self.publish(|| News::Ended(ended(summary(running), result)));
    }

    /// Tells that the journal is empty.
    pub(crate) fn cleared(&self) {
        self.publish(|| News::Cleared);
    }

    /// Nothing is put together while nobody watches.
    fn publish(&self, news: impl FnOnce() -> News) {
        if self.0.receiver_count() > 0 {
            // It fails only when the last watcher has just gone.
            let _ = self.0.send(news());
        }
    }
}

/// A running execution as a row of a list.
pub(crate) fn summary(running: &Running) -> Summary {
    let job = &running.job;
    Summary {
        id: job.id.clone(),
        started_at: running.started_at,
        language: job.runtime.language.clone(),
        runtime: job.runtime.name.clone(),
        status: RUNNING.to_owned(),
        duration_ms: None,
        origin: job.origin.clone(),
        exit_code: None,
        first_line: job.first_line(),
    }
}

fn ended(begun: Summary, result: Option<&ExecuteResponse>) -> Summary {
    match result.map(|result| &result.ending) {
        Some(ending) => Summary {
            status: ending.status.name().to_owned(),
            duration_ms: Some(ending.duration_ms),
            exit_code: ending.exit_code,
            ..begun
        },
        None => Summary { status: LOST.to_owned(), duration_ms: Some(0.0), ..begun },
    }
}
