//! Settings and languages.

use std::collections::BTreeMap;

use runtray_service::settings::{self, Loaded, Settings};
use runtray_service::to_wire::words;
use runtray_wire::Words;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The settings as the window edits them.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub(crate) struct SettingsView {
    /// The values by full key, such as `limits.timeout_ms`.
    #[ts(type = "Record<string, unknown>")]
    pub(crate) values: BTreeMap<&'static str, serde_json::Value>,
    /// The defaults.
    #[ts(type = "Record<string, unknown>")]
    pub(crate) defaults: BTreeMap<&'static str, serde_json::Value>,
    pub(crate) problems: Vec<SettingsProblem>,
    /// The file's path.
    pub(crate) file: String,
    /// Keys that wait for a restart of the service.
    pub(crate) restart_needed: Vec<String>,
}

/// A mistake in the settings file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct SettingsProblem {
    pub(crate) key: Option<String>,
    pub(crate) line: Option<usize>,
    /// The description, which follows the key in a sentence, or is a sentence if there is no key.
    pub(crate) message: String,
    /// The same as a code with values.
    pub(crate) localized: Words,
}

/// The result of testing a Python.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub(crate) struct PythonTest {
    #[ts(type = "true")]
    pub(crate) ok: bool,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) starts_in_ms: f64,
}

/// A folder or file that the window can open in another program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Folder {
    Log,
    Data,
    Settings,
    File,
    /// The notices of licences.
    Notices,
}

impl SettingsView {
    /// The loaded settings with the keys that wait for a restart.
    pub(crate) fn new(loaded: &Loaded, file: String, restart_needed: Vec<String>) -> Self {
        let problem = |problem: &settings::Problem| SettingsProblem {
            key: Some(problem.key.clone()).filter(|key| !key.is_empty()),
            line: problem.line,
            message: problem.message.to_string(),
            localized: words(&problem.message),
        };
        Self {
            values: settings::values(&loaded.settings),
            defaults: settings::values(&Settings::default()),
            problems: loaded.problems.iter().map(problem).collect(),
            file,
            restart_needed,
        }
    }
}
