//! The types that the window and the app share.
//!
//! `bindings.rs` writes them in TypeScript; a test fails when the window's copy differs.

#[cfg(test)]
mod bindings;
mod console;
mod executions;
mod failure;
mod settings;
mod status;

pub(crate) use console::{ConsoleState, ConsoleUpdate};
pub(crate) use executions::{
    Execution, ExecutionsPage, ExecutionsQuery, ExportFormat, Facets, Selection, Statistics, Summary, timestamp,
};
pub(crate) use failure::{Failure, sentence};
pub(crate) use settings::{Folder, Language, PythonTest, SettingsView};
pub(crate) use status::{Action, Pending, Problem, ProblemAction, Python, Running, ServiceState, Status};

use serde::Serialize;
use ts_rs::TS;

/// [`Words`](runtray_service::wire::Words) in TypeScript.
#[derive(TS)]
#[expect(dead_code, reason = "it only describes the other type to the window")]
pub(crate) struct Sentence {
    /// The sentence as a key of `said.*.json`.
    code: String,
    /// The values of the placeholders: texts, sentences, lists of sentences.
    #[ts(type = "Record<string, string | Sentence | Sentence[]>")]
    values: (),
    /// The sentence in English.
    text: String,
}

/// An update for the open window.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "each is made, serialised and dropped at once")]
pub(crate) enum Update {
    /// The status, at first and after each change.
    Status { status: Status },
    /// An execution began.
    Begun { execution: Summary },
    /// An execution ended.
    Ended { execution: Summary },
    /// The settings changed.
    Settings { settings: SettingsView },
    /// The log was cleared.
    Cleared,
    /// Makes the window show another route: `log/<id>`, `settings`.
    Show { route: String },
}
