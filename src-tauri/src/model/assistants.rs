//! Assistants as the window shows them.

use runtray_service::to_wire::words;
use runtray_wire::Words;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::assistants::{self, Assistants, LineKind, Plan, State};

/// The assistants of this machine.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct AssistantsView {
    /// The path of the program that they start; `null` if it is not installed.
    program: Option<String>,
    assistants: Vec<AssistantView>,
}

/// An assistant that is installed.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct AssistantView {
    id: String,
    name: String,
    /// The path of its settings, which need not exist.
    file: String,
    state: AssistantState,
    /// The mistake in its settings.
    problem: Option<Words>,
    /// Whether the last change of its settings can be undone.
    can_undo: bool,
}

/// Whether an assistant uses Runtray.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AssistantState {
    Connected,
    /// It starts another program by that name.
    Other,
    Absent,
    Broken,
}

/// A change of an assistant's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AssistantAction {
    Connect,
    Disconnect,
}

/// A change of an assistant's settings that was not made yet.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct AssistantChange {
    file: String,
    /// Whether the file is made by it.
    makes_file: bool,
    lines: Vec<ChangedLine>,
    /// To be given back with the person's consent.
    basis: String,
}

/// A line of the comparison.
#[derive(Debug, Clone, Serialize, TS)]
pub(crate) struct ChangedLine {
    kind: ChangedLineKind,
    text: String,
}

/// The change of a line.
#[derive(Debug, Clone, Copy, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChangedLineKind {
    Same,
    Added,
    Removed,
    /// Lines that stay are left out here.
    Gap,
}

impl From<&Assistants> for AssistantsView {
    fn from(found: &Assistants) -> Self {
        let program = found.program().map(|path| path.display().to_string());
        Self { program, assistants: found.list().into_iter().map(AssistantView::from).collect() }
    }
}

impl From<assistants::Assistant> for AssistantView {
    fn from(found: assistants::Assistant) -> Self {
        let (state, problem) = match &found.state {
            State::Connected => (AssistantState::Connected, None),
            State::Other => (AssistantState::Other, None),
            State::Absent => (AssistantState::Absent, None),
            State::Broken(why) => (AssistantState::Broken, Some(words(why))),
        };
        Self {
            id: found.id.to_owned(),
            name: found.name.to_owned(),
            file: found.file.display().to_string(),
            state,
            problem,
            can_undo: found.has_copy,
        }
    }
}

impl From<AssistantAction> for assistants::Action {
    fn from(action: AssistantAction) -> Self {
        match action {
            AssistantAction::Connect => Self::Connect,
            AssistantAction::Disconnect => Self::Disconnect,
        }
    }
}

impl From<Plan> for AssistantChange {
    fn from(plan: Plan) -> Self {
        let kind = |kind| match kind {
            LineKind::Same => ChangedLineKind::Same,
            LineKind::Added => ChangedLineKind::Added,
            LineKind::Removed => ChangedLineKind::Removed,
            LineKind::Gap => ChangedLineKind::Gap,
        };
        let lines = plan.lines().into_iter().map(|line| ChangedLine { kind: kind(line.kind), text: line.text });
        Self {
            lines: lines.collect(),
            makes_file: plan.makes_file(),
            file: plan.file.display().to_string(),
            basis: plan.basis,
        }
    }
}
