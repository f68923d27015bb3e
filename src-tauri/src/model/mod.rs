//! The types that the window and the app share, besides the wire types, which go to the window unchanged.
//!
//! `bindings.rs` writes them in TypeScript; a test fails when the window's copy differs.

mod about;
mod assistants;
#[cfg(test)]
mod bindings;
mod console;
mod executions;
mod failure;
mod settings;
mod status;
mod version_news;

pub(crate) use about::About;
pub(crate) use assistants::{AssistantAction, AssistantChange, AssistantsView};
pub(crate) use console::{ConsoleEnd, ConsoleState, ConsoleUpdate};
pub(crate) use executions::{ExecutionView, LogPage, Selection, filter};
pub(crate) use failure::{Failure, sentence};
pub(crate) use settings::{Folder, PythonTest, SettingsView};
pub(crate) use status::{Action, Problem, ProblemAction, Python, ServiceState, Status};
pub(crate) use version_news::{NewVersion, VersionNews, VersionStep};

use runtray_wire::ExecutionSummary;
use serde::Serialize;
use ts_rs::TS;

/// An update for the open window.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "each is made, serialised and dropped at once")]
pub(crate) enum Update {
    /// The status, at first and after each change.
    Status { status: Status },
    /// An execution began.
    Begun { execution: ExecutionSummary },
    /// An execution ended.
    Ended { execution: ExecutionSummary },
    /// The settings changed.
    Settings { settings: SettingsView },
    /// Something about new versions changed.
    News { news: VersionNews },
    /// The log was cleared.
    Cleared,
    /// Makes the window show another route: `log/<id>`, `settings`.
    Show { route: String },
}
