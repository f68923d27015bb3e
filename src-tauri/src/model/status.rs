//! The status of the service and the app.

use runtray_engine::message::LocalizedMessage;
use runtray_service::State;
use runtray_wire::{ExecutionSummary, NetworkQuestion, PendingOrigin};
use serde::Serialize;
use ts_rs::TS;

use crate::i18n::Language;

/// The state of the service that tray and window show.
#[derive(Debug, Clone, Default, PartialEq, Serialize, TS)]
pub(crate) struct Status {
    pub(crate) state: ServiceState,
    /// The reason of a failure: a fragment, which follows a colon.
    pub(crate) reason: Option<String>,
    /// The address for clients, even while the service is stopped.
    pub(crate) url: String,
    /// A command for the system's shell that runs a program.
    pub(crate) example: String,
    pub(crate) addresses: Vec<String>,
    /// The loopback address that this machine does not have.
    pub(crate) missing: Option<String>,
    pub(crate) running: usize,
    pub(crate) queued: usize,
    /// Whether the search for the Python in use is still running.
    pub(crate) is_searching: bool,
    /// The Python in use.
    pub(crate) python: Option<Python>,
    /// The reason why no Python is in use, if so.
    pub(crate) python_problem: Option<String>,
    pub(crate) isolation: String,
    /// The containment mode, such as `user_namespace`; `subreaper` is the fallback.
    pub(crate) containment: Option<String>,
    pub(crate) now: Vec<ExecutionSummary>,
    pub(crate) pending_origins: Vec<PendingOrigin>,
    /// The programs that wait until the user says whether they may use the network.
    pub(crate) network_questions: Vec<NetworkQuestion>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) denied_origins: Vec<String>,
    pub(crate) problems: Vec<Problem>,
    /// Whether to show the introduction.
    pub(crate) welcome: bool,
    pub(crate) version: String,
}

/// The state of the service's lifecycle.
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
    /// Whether the service runs and can be stopped.
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
    /// Its value in the settings: its path, `builtin` or `science`.
    pub(crate) path: String,
    /// Whether it is the built-in one, whose programs see only their own folder.
    pub(crate) built_in: bool,
    /// The shortest unique name of its environment: `demo`, `work/demo`.
    pub(crate) label: String,
    /// `3.13.1`.
    pub(crate) version: String,
    /// The name to show: `CPython 3.13.1`.
    pub(crate) name: String,
    /// How it was found, as a text to show; empty while that is unknown.
    pub(crate) source: String,
    /// The same as a sentence, and why it cannot be used.
    #[serde(skip)]
    #[ts(skip)]
    pub(crate) messages: (Option<LocalizedMessage>, Option<LocalizedMessage>),
    pub(crate) in_use: bool,
    /// The reason why it cannot be used, if so.
    pub(crate) problem: Option<String>,
}

impl Python {
    /// The same with its texts in `language`.
    pub(crate) fn worded(&self, language: Language) -> Self {
        let say = |message: &Option<LocalizedMessage>| message.as_ref().map(|message| language.say(message));
        let (source, problem) = &self.messages;
        Self { source: say(source).unwrap_or_default(), problem: say(problem), ..self.clone() }
    }
}

/// A problem and its remedies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct Problem {
    /// An identifier of the kind of problem.
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
    /// The port, the folder or the key of the setting.
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
