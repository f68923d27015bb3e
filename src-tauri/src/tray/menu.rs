//! What the menu says: plain values, made from the status.

use crate::desk::Desk;
use crate::i18n::Language;
use crate::model::{Python, ServiceState, Status, Summary};

use super::icon::Icon;

/// The ids of the menu's items. What follows a colon is an item's own.
pub(crate) mod id {
    pub(crate) const OPEN: &str = "open";
    pub(crate) const START_OR_STOP: &str = "start-or-stop";
    pub(crate) const RESTART: &str = "restart";
    pub(crate) const COPY: &str = "copy";
    pub(crate) const AUTOMATIC_PYTHON: &str = "python";
    pub(crate) const PYTHON: &str = "python:";
    pub(crate) const RUN: &str = "run:";
    pub(crate) const AUTOSTART: &str = "autostart";
    pub(crate) const QUIT: &str = "quit";
}

/// Longer lines make a menu that covers the screen.
const LINE: usize = 48;

/// All that the tray shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) icon: Icon,
    pub(super) tooltip: String,
    /// The first line: the state.
    pub(super) state: String,
    /// Whether the service is there to be stopped.
    pub(super) is_on: bool,
    /// Whether it is on its way, and nothing is to be asked of it.
    pub(super) is_changing: bool,
    pub(super) pythons: Vec<Entry>,
    pub(super) runs: Vec<Entry>,
    pub(super) starts_at_login: bool,
    pub(super) language: Language,
}

/// A line of a submenu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) text: String,
    /// `None` for a line that cannot be checked.
    pub(super) is_checked: Option<bool>,
    pub(super) is_enabled: bool,
}

impl View {
    /// What is to be shown now.
    pub(super) fn of(desk: &Desk, starts_at_login: bool) -> Self {
        let language = desk.language();
        let chosen = desk.settings().borrow().settings.python.is_some();
        let interpreters = desk.interpreters();
        let pythons = pythons(&interpreters.borrow().all, chosen, language);
        let runs = runs(&desk.recent().borrow(), language);
        Self { pythons, runs, starts_at_login, ..Self::of_status(&desk.status().borrow(), language) }
    }

    fn of_status(status: &Status, language: Language) -> Self {
        let state = told(status, &shortened(status.reason.as_deref().unwrap_or_default()), language);
        Self {
            icon: icon(status),
            tooltip: format!("Runtray: {state}"),
            state,
            is_on: status.is_on(),
            is_changing: matches!(status.state, ServiceState::Starting | ServiceState::Stopping),
            pythons: Vec::new(),
            runs: Vec::new(),
            starts_at_login: false,
            language,
        }
    }
}

fn icon(status: &Status) -> Icon {
    match status.state {
        ServiceState::Failed => Icon::Problem,
        ServiceState::Running if status.running > 0 => Icon::Busy,
        ServiceState::Running | ServiceState::Starting => Icon::Running,
        ServiceState::Stopped | ServiceState::Stopping => Icon::Stopped,
    }
}

/// How things are, in one line; a failure with its whole reason. Only Windows can come to say it elsewhere than in the menu.
#[cfg(windows)]
pub(crate) fn state(status: &Status, language: Language) -> String {
    told(status, status.reason.as_deref().unwrap_or_default(), language)
}

fn told(status: &Status, reason: &str, language: Language) -> String {
    let address = [("address", status.url.trim_start_matches("http://"))];
    match status.state {
        ServiceState::Running if status.running > 0 => language.plural("tray.state.busy", status.running, &address),
        ServiceState::Running => language.text("tray.state.running", &address),
        ServiceState::Starting => language.text("tray.state.starting", &[]),
        ServiceState::Stopping => language.text("tray.state.stopping", &[]),
        ServiceState::Stopped => language.text("tray.state.stopped", &[]),
        ServiceState::Failed => language.text("tray.state.failed", &[("reason", reason)]),
    }
}

fn pythons(all: &[Python], chosen: bool, language: Language) -> Vec<Entry> {
    let usable: Vec<_> = all.iter().filter(|python| python.problem.is_none()).collect();
    if usable.is_empty() {
        return vec![Entry::unusable(language.text("tray.python.none", &[]))];
    }
    let automatic = Entry {
        id: id::AUTOMATIC_PYTHON.to_owned(),
        text: language.text("tray.python.automatic", &[]),
        is_checked: Some(!chosen),
        is_enabled: true,
    };
    let entry = |python: &Python| Entry {
        id: format!("{}{}", id::PYTHON, python.path),
        text: shortened(&format!("{}  {}", python.name, python.path)),
        is_checked: Some(python.in_use),
        is_enabled: true,
    };
    std::iter::once(automatic).chain(usable.into_iter().map(entry)).collect()
}

fn runs(recent: &[Summary], language: Language) -> Vec<Entry> {
    if recent.is_empty() {
        return vec![Entry::unusable(language.text("tray.recent.none", &[]))];
    }
    let entry = |run: &Summary| Entry {
        id: format!("{}{}", id::RUN, run.id),
        text: shortened(&format!("{} {}  {}", mark(&run.status), run.language, run.first_line)),
        is_checked: None,
        is_enabled: true,
    };
    recent.iter().map(entry).collect()
}

impl Entry {
    fn unusable(text: String) -> Self {
        Self { id: String::new(), text, is_checked: None, is_enabled: false }
    }
}

/// A shape for each ending, as in the window.
fn mark(status: &str) -> char {
    match status {
        "completed" => '●',
        "running" => '◐',
        "cancelled" => '○',
        _ => '▲',
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Icon, View, pythons, runs, shortened};
    use crate::i18n::Language;
    use crate::model::{Python, ServiceState, Status, Summary};

    fn check(state: ServiceState, running: usize, line: &str, icon: Icon, is_on: bool) {
        let url = "http://localhost:5000".to_owned();
        let status = Status { state, running, url, reason: Some("port 5000 is in use".into()), ..Status::default() };
        let view = View::of_status(&status, Language::English);
        assert_eq!((view.state.as_str(), view.icon, view.is_on), (line, icon, is_on));
        assert_eq!(view.tooltip, format!("Runtray: {line}"));
    }

    #[test]
    fn the_first_line_and_the_icon_tell_the_state() {
        check(ServiceState::Failed, 0, "Not running: port 5000 is in use", Icon::Problem, false);
        check(ServiceState::Running, 0, "Running on localhost:5000", Icon::Running, true);
        check(ServiceState::Running, 1, "1 program is running on localhost:5000", Icon::Busy, true);
        check(ServiceState::Running, 2, "2 programs are running on localhost:5000", Icon::Busy, true);
        check(ServiceState::Stopped, 0, "Stopped", Icon::Stopped, false);
        check(ServiceState::Starting, 0, "Starting…", Icon::Running, true);
        check(ServiceState::Stopping, 1, "Stopping…", Icon::Stopped, false);
    }

    #[test]
    fn pythons_that_cannot_be_used_are_not_offered() {
        let python = |path: &str, problem: Option<&str>| Python {
            path: path.into(),
            version: "3.13.1".into(),
            name: "CPython 3.13.1".into(),
            source: String::new(),
            in_use: path == "/a",
            problem: problem.map(Into::into),
        };
        let entries = pythons(&[python("/a", None), python("/b", Some("is a directory"))], false, Language::English);
        let checked: Vec<_> = entries.iter().map(|entry| (entry.id.as_str(), entry.is_checked)).collect();
        assert_eq!(checked, [("python", Some(true)), ("python:/a", Some(true))]);
        let none = pythons(&[], false, Language::English);
        assert!(none.len() == 1 && !none[0].is_enabled, "{none:?}");
    }

    #[test]
    fn long_lines_are_cut_and_an_empty_list_says_so() {
        assert_eq!(shortened(&"é".repeat(60)).chars().count(), 49);
        let run = Summary {
            id: "01J".into(),
            started_at: String::new(),
            language: "python".into(),
            runtime: String::new(),
            status: "timeout".into(),
            origin: "local".into(),
            first_line: "while True: pass".into(),
            duration_ms: None,
        };
        assert_eq!(runs(&[run], Language::English)[0].text, "▲ python  while True: pass");
        assert!(!runs(&[], Language::English)[0].is_enabled);
    }
}
