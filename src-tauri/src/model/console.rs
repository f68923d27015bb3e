//! The Console as the window shows it.

use runtray_wire::Finished;
use serde::Serialize;
use ts_rs::TS;

use super::Failure;

/// Where the Console's program is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConsoleState {
    /// There was none yet.
    #[default]
    Idle,
    Starting,
    Running,
    Ended,
}

/// How the Console's program ended.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(crate) enum ConsoleEnd {
    /// It ran.
    Finished(Box<Finished>),
    /// It was not run, or the service failed.
    Refused(Failure),
}

/// An update for the window that shows the Console.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum ConsoleUpdate {
    /// The screen is empty: another program follows, or what is kept of this one.
    Cleared,
    /// What the program printed next; the window says when it has shown it. A terminal must not answer questions in output
    /// that is old.
    Output { data: String, is_old: bool },
    /// Where the program is, after all output before.
    State {
        state: ConsoleState,
        /// How it ended; `null` also when it was stopped before it began.
        ended: Option<ConsoleEnd>,
    },
}
