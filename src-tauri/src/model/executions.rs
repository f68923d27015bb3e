//! Executions as the window shows them: wire types with the app's additions.

use runtray_engine::message::LocalizedMessage;
use runtray_service::journal::{self, Filter, LOST, RUNNING};
use runtray_service::to_wire::words;
use runtray_wire::{Execution, ExecutionsPage, ExecutionsQuery, Words};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// All details of an execution.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub(crate) struct ExecutionView {
    #[serde(flatten)]
    pub(crate) execution: Execution,
    /// The service's sentence at the end of `error`, if there is one.
    pub(crate) ending: Option<Words>,
}

/// A page of the log.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct LogPage {
    #[serde(flatten)]
    pub(crate) page: ExecutionsPage,
    /// The number of entries on all pages.
    pub(crate) total: u64,
}

/// The ended executions that a query matched at one moment.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub(crate) struct Selection {
    pub(crate) query: ExecutionsQuery,
    /// The newest entry at that time; nothing later is deleted.
    pub(crate) upto: Option<String>,
    /// Executions that were running and so were not counted.
    pub(crate) except: Vec<String>,
    /// The number of these entries.
    pub(crate) count: u64,
}

impl From<Execution> for ExecutionView {
    fn from(execution: Execution) -> Self {
        Self { ending: ending(&execution.status, &execution.error), execution }
    }
}

/// The reason of the end, from the error's last line. Ignored if the program ended by itself: it may have printed such a line.
fn ending(status: &str, error: &str) -> Option<Words> {
    let by_itself = matches!(status, "completed" | "failed" | RUNNING | LOST);
    let last = error.trim_end_matches('\n').rsplit('\n').next().filter(|_| !by_itself)?;
    LocalizedMessage::of_outcome(last).as_ref().map(words)
}

/// The filter of a query. An empty value (the window's "all") is no filter.
pub(crate) fn filter(query: ExecutionsQuery) -> Filter {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Filter::from(ExecutionsQuery {
        limit: query.limit,
        before: given(query.before),
        status: given(query.status),
        language: given(query.language),
        origin: given(query.origin),
        q: given(query.q),
    })
}

impl From<Selection> for journal::Selection {
    fn from(selection: Selection) -> Self {
        Self { filter: filter(selection.query), upto: selection.upto, except: selection.except }
    }
}
