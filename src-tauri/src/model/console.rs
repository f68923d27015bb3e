//! The Console as the window shows it.

use serde::Serialize;
use ts_rs::TS;

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

/// An update for the window that shows the Console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
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
        /// The message `finished` or `error` with which it ended.
        ended: Option<String>,
    },
}
