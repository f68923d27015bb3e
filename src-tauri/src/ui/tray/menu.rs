//! The contents of the menu: plain values, made from the status.

use runtray_wire::ExecutionSummary;

use crate::i18n::Language;
use crate::model::{Python, ServiceState, Status};
use crate::state::{AppState, Interpreters, middle};

use super::icon::Icon;

/// The ids of the menu's items. A prefix that ends with a colon is followed by a path or an id.
pub(crate) mod id {
    pub(crate) const OPEN: &str = "open";
    pub(crate) const START_OR_STOP: &str = "start-or-stop";
    pub(crate) const RESTART: &str = "restart";
    pub(crate) const COPY: &str = "copy";
    pub(crate) const AUTOMATIC_PYTHON: &str = "python";
    pub(crate) const PYTHON: &str = "python:";
    pub(crate) const MORE_PYTHONS: &str = "more-pythons";
    pub(crate) const RUN: &str = "run:";
    pub(crate) const AUTOSTART: &str = "autostart";
    pub(crate) const ABOUT: &str = "about";
    pub(crate) const QUIT: &str = "quit";
}

/// The most characters of a line; longer lines make the menu too wide.
const LINE: usize = 48;
/// The same for lines of Pythons, which contain the environment and the path.
const PYTHON_LINE: usize = 64;
/// The fewest characters of a path that are worth showing.
const PATH: usize = 12;
/// The most lines of Pythons; the settings list all.
const MOST_PYTHONS: usize = 10;

/// The contents of the tray.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) icon: Icon,
    pub(super) tooltip: String,
    /// The first line: the state.
    pub(super) state: String,
    /// Whether the service runs and can be stopped.
    pub(super) is_on: bool,
    /// Whether the service is starting or stopping, so that its items are disabled.
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
    /// The view of the present state.
    pub(super) fn of(app_state: &AppState, starts_at_login: bool) -> Self {
        let language = app_state.language();
        let choice = app_state.settings().borrow().settings.python.as_ref().map(|path| path.display().to_string());
        let interpreters = app_state.interpreters();
        let pythons = pythons(&interpreters.borrow(), choice.as_deref(), language);
        let runs = runs(&app_state.recent().borrow(), language);
        Self { pythons, runs, starts_at_login, ..Self::of_status(&app_state.status().borrow(), language) }
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
        ServiceState::Running | ServiceState::Stopping if status.running > 0 => Icon::Busy,
        ServiceState::Running | ServiceState::Starting => Icon::Running,
        ServiceState::Stopped | ServiceState::Stopping => Icon::Stopped,
    }
}

/// The state in one line; a failure with its whole reason, which Windows shows in a dialog too.
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
        ServiceState::Stopping if status.running > 0 => language.plural("tray.state.ending", status.running, &[]),
        ServiceState::Stopping => language.text("tray.state.stopping", &[]),
        ServiceState::Stopped => language.text("tray.state.stopped", &[]),
        ServiceState::Failed => language.text("tray.state.failed", &[("reason", reason)]),
    }
}

/// At most [`MOST_PYTHONS`] lines, one of them marked, and an item that opens the settings.
fn pythons(known: &Interpreters, choice: Option<&str>, language: Language) -> Vec<Entry> {
    let usable: Vec<_> = known.all.iter().filter(|python| python.problem.is_none()).collect();
    if usable.is_empty() {
        let none = if known.is_complete { "tray.python.none" } else { "tray.python.searching" };
        return vec![Entry::unusable(language.text(none, &[]))];
    }
    // The mark follows the choice at once; the search for the Python in use takes longer.
    let listed = usable.iter().any(|python| Some(python.path.as_str()) == choice);
    let is_marked = |python: &Python| match choice {
        Some(choice) if listed => python.path == choice,
        Some(_) => python.in_use,
        None => false,
    };
    let automatic = match usable.iter().find(|python| python.in_use && choice.is_none()) {
        Some(python) => language.text("tray.python.automatic.using", &[("name", &python.label)]),
        None => language.text("tray.python.automatic", &[]),
    };
    let automatic = Entry {
        id: id::AUTOMATIC_PYTHON.to_owned(),
        text: automatic,
        is_checked: Some(choice.is_none()),
        is_enabled: true,
    };
    let entry = |python: &Python| Entry {
        id: format!("{}{}", id::PYTHON, python.path),
        text: python_line(python),
        is_checked: Some(is_marked(python)),
        is_enabled: true,
    };
    // Show the marked one and the one in use even if they were found late.
    let mut ordered = usable.clone();
    ordered.sort_by_key(|python| !(is_marked(python) || python.in_use));
    let mut lines: Vec<_> = std::iter::once(automatic).chain(ordered.iter().map(|python| entry(python))).collect();
    if lines.len() > MOST_PYTHONS {
        lines.truncate(MOST_PYTHONS);
        let text = language.text("tray.python.more", &[]);
        lines.push(Entry { id: id::MORE_PYTHONS.to_owned(), text, is_checked: None, is_enabled: true });
    }
    lines
}

/// The environment, then the version, then as much of the path as fits.
fn python_line(python: &Python) -> String {
    let name = format!("{}  {}", python.label, python.name);
    if python.built_in {
        return name;
    }
    let room = PYTHON_LINE.saturating_sub(name.chars().count() + 2);
    if room < PATH { name } else { format!("{name}  {}", middle(&python.path, room)) }
}

fn runs(recent: &[ExecutionSummary], language: Language) -> Vec<Entry> {
    if recent.is_empty() {
        return vec![Entry::unusable(language.text("tray.recent.none", &[]))];
    }
    let entry = |run: &ExecutionSummary| Entry {
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

/// A symbol for each status, as in the window.
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
    use runtray_wire::ExecutionSummary;
    use time::OffsetDateTime;

    use super::{Icon, View, pythons, runs, shortened};
    use crate::i18n::Language;
    use crate::model::{Python, ServiceState, Status};
    use crate::state::Interpreters;

    fn check(state: ServiceState, running: usize, line: &str, icon: Icon, is_on: bool) {
        let url = "http://localhost:5000".to_owned();
        let status = Status { state, running, url, reason: Some("port 5000 is in use".into()), ..Status::default() };
        let view = View::of_status(&status, Language::English);
        assert_eq!((view.state.as_str(), view.icon, view.is_on), (line, icon, is_on));
        assert_eq!(view.tooltip, format!("Runtray: {line}"));
    }

    #[test]
    fn the_first_line_and_the_icon_show_the_state() {
        check(ServiceState::Failed, 0, "Not running: port 5000 is in use", Icon::Problem, false);
        check(ServiceState::Running, 0, "Running on localhost:5000", Icon::Running, true);
        check(ServiceState::Running, 1, "1 program is running on localhost:5000", Icon::Busy, true);
        check(ServiceState::Running, 2, "2 programs are running on localhost:5000", Icon::Busy, true);
        check(ServiceState::Stopped, 0, "Stopped", Icon::Stopped, false);
        check(ServiceState::Starting, 0, "Starting…", Icon::Running, true);
        check(ServiceState::Stopping, 0, "Stopping…", Icon::Stopped, false);
        check(ServiceState::Stopping, 1, "Stopping: 1 program may still finish", Icon::Busy, false);
    }

    fn python(number: usize, in_use: bool, problem: Option<&str>) -> Python {
        Python {
            path: format!("/home/ada/some/where/far/away/project-{number}/.venv/bin/python"),
            built_in: false,
            label: format!("project-{number}"),
            version: "3.13.1".into(),
            name: "CPython 3.13.1".into(),
            source: String::new(),
            in_use,
            problem: problem.map(Into::into),
            messages: (None, None),
        }
    }

    fn known(all: Vec<Python>, is_complete: bool) -> Interpreters {
        Interpreters { all, is_complete, ..Interpreters::default() }
    }

    #[test]
    fn pythons_that_cannot_be_used_are_not_offered_and_one_line_is_marked() {
        let all = vec![python(1, true, None), python(2, false, Some("is a directory"))];
        let marks = |choice: Option<&str>| -> Vec<_> {
            let lines = pythons(&known(all.clone(), true), choice, Language::English);
            lines.into_iter().map(|entry| entry.is_checked).collect()
        };
        let own = all[0].path.clone();
        assert_eq!(marks(None), [Some(true), Some(false)]);
        assert_eq!(marks(Some(&own)), [Some(false), Some(true)]);
        assert_eq!(marks(Some("/a/shim/of/it")), [Some(false), Some(true)]);
        for (is_complete, text) in [(true, "No Python was found"), (false, "Looking for Pythons…")] {
            let none = pythons(&known(Vec::new(), is_complete), None, Language::English);
            assert!(none.len() == 1 && !none[0].is_enabled && none[0].text == text, "{none:?}");
        }
    }

    #[test]
    fn fifty_pythons_are_ten_lines_and_the_one_in_use_is_among_them() {
        let all = (0..50).map(|number| python(number, number == 49, None)).collect();
        let lines = pythons(&known(all, true), Some("/not/listed"), Language::English);
        assert_eq!(lines.len(), 11);
        assert!(lines[1].text.starts_with("project-49  CPython 3.13.1  /home"), "{}", lines[1].text);
        assert!(lines[1].text.ends_with(".venv/bin/python") && lines[1].text.contains('…'), "{}", lines[1].text);
        assert!(lines.iter().all(|line| line.text.chars().count() <= 64), "{lines:?}");
        assert_eq!(lines.iter().filter(|line| line.is_checked == Some(true)).count(), 1);
        assert_eq!((lines[10].id.as_str(), lines[10].text.as_str()), ("more-pythons", "More in Settings…"));
        let few = (0..9).map(|number| python(number, number == 0, None)).collect();
        assert_eq!(pythons(&known(few, true), None, Language::English).len(), 10, "nine need no more room");
    }

    #[test]
    fn long_lines_are_cut_and_an_empty_list_says_so() {
        assert_eq!(shortened(&"é".repeat(60)).chars().count(), 49);
        let run = ExecutionSummary {
            id: "01J".into(),
            started_at: OffsetDateTime::UNIX_EPOCH,
            language: "python".into(),
            runtime: String::new(),
            status: "timeout".into(),
            origin: "local".into(),
            first_line: "while True: pass".into(),
            duration_ms: None,
            exit_code: None,
            isolation: None,
        };
        assert_eq!(runs(&[run], Language::English)[0].text, "▲ python  while True: pass");
        assert!(!runs(&[], Language::English)[0].is_enabled);
    }
}
