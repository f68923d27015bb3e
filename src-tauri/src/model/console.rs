//! The Console as the window shows it.

use serde::Serialize;
use ts_rs::TS;

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

/// An update for the window that shows the Console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
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
        /// The message `finished` or `error` with which it ended.
        ended: Option<String>,
    },
}
