//! The Console as the window shows it.

use runtray_wire::Finished;
use serde::Serialize;
use ts_rs::TS;

use super::Failure;

/// The state of the Console's program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ConsoleState {
    /// No program has run yet.
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
    /// Clear the screen: a new program follows, or the kept output of this one.
    Cleared,
    /// The next output of the program. The window confirms when it has shown it. A terminal must not answer queries in old
    /// output.
    Output { data: String, is_old: bool },
    /// The state of the program after all earlier output.
    State {
        state: ConsoleState,
        /// How it ended; `null` also when it was stopped before it began.
        ended: Option<ConsoleEnd>,
    },
}
