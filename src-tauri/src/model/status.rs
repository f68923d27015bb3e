//! How things are.

use runtray_engine::said::Said;
use runtray_service::State;
use runtray_wire::{ExecutionSummary, PendingOrigin};
use serde::Serialize;
use ts_rs::TS;

use crate::i18n::Language;

/// Everything that tray and window show of the service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
pub(crate) struct Status {
    pub(crate) state: ServiceState,
    /// Why it failed: a fragment, which follows a colon.
    pub(crate) reason: Option<String>,
    /// For clients, also while it is stopped.
    pub(crate) url: String,
    /// A command for the system's shell that runs a program.
    pub(crate) example: String,
    pub(crate) addresses: Vec<String>,
    /// The loopback address that this machine does not have.
    pub(crate) missing: Option<String>,
    pub(crate) running: usize,
    pub(crate) queued: usize,
    /// Whether the search for the Python in use goes on.
    pub(crate) is_searching: bool,
    /// The Python in use.
    pub(crate) python: Option<Python>,
    /// Why nothing does.
    pub(crate) python_problem: Option<String>,
    pub(crate) isolation: String,
    /// How programs are held together, such as `user_namespace`; `subreaper` is the fallback.
    pub(crate) containment: Option<String>,
    pub(crate) now: Vec<ExecutionSummary>,
    pub(crate) pending_origins: Vec<PendingOrigin>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) denied_origins: Vec<String>,
    pub(crate) problems: Vec<Problem>,
    /// Whether the introduction is to be shown.
    pub(crate) welcome: bool,
    pub(crate) version: String,
}

/// Where the service is in its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ServiceState {
    #[default]
    Stopped,
    Starting,
    Running,
    Stopping,
    Failed,
}

impl Status {
    /// Whether the service is there to be stopped.
    pub(crate) fn is_on(&self) -> bool {
        matches!(self.state, ServiceState::Running | ServiceState::Starting)
    }
}

impl From<&State> for ServiceState {
    fn from(state: &State) -> Self {
        match state {
            State::Stopped => Self::Stopped,
            State::Starting => Self::Starting,
            State::Running { .. } => Self::Running,
            State::Stopping => Self::Stopping,
            State::Failed { .. } => Self::Failed,
        }
    }
}

/// An interpreter that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct Python {
    pub(crate) path: String,
    /// Its environment, by which it is told from all others: `demo`, `work/demo`.
    pub(crate) label: String,
    /// `3.13.1`.
    pub(crate) version: String,
    /// For people: `CPython 3.13.1`.
    pub(crate) name: String,
    /// How it was found, for people; empty while that is unknown.
    pub(crate) source: String,
    /// The same as a sentence, and why it cannot be used.
    #[serde(skip)]
    #[ts(skip)]
    pub(crate) said: (Option<Said>, Option<Said>),
    pub(crate) in_use: bool,
    /// Why it cannot be used.
    pub(crate) problem: Option<String>,
}

impl Python {
    /// It with its words in `language`.
    pub(crate) fn worded(&self, language: Language) -> Self {
        let say = |said: &Option<Said>| said.as_ref().map(|said| language.say(said));
        let (source, problem) = &self.said;
        Self { source: say(source).unwrap_or_default(), problem: say(problem), ..self.clone() }
    }
}

/// A problem and its remedies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct Problem {
    /// The same for the same kind of problem.
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) remedy: Option<String>,
    pub(crate) actions: Vec<ProblemAction>,
}

/// A button beside a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct ProblemAction {
    pub(crate) label: String,
    pub(crate) command: Action,
    /// The port, the folder, the settings' key.
    pub(crate) argument: Option<String>,
}

/// The action of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Action {
    UsePort,
    RestartService,
    OpenFolder,
    Settings,
    Quit,
}
