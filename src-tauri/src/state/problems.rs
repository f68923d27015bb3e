//! Problems as sentences, with their remedies.

use runtray_engine::message::LocalizedMessage;
use runtray_service::sentences::{CANNOT_START_PROGRAMS, TOKEN_UNUSABLE};
use runtray_service::{PortTrouble, State, journal, settings};

use crate::i18n::Language;
use crate::model::{Action, Problem, ProblemAction, sentence};
use crate::system::preflight::NoTray;

/// Names of macOS' AirPlay Receiver, which holds port 5000 from the start.
const AIRPLAY: [&str; 2] = ["ControlCenter", "ControlCe"];

/// How the id of a mistake in the settings begins; its key follows.
pub(crate) const SETTINGS: &str = "settings:";

/// The state that problems are derived from.
pub(crate) struct Situation<'a> {
    pub(crate) state: &'a State,
    pub(crate) settings: &'a [settings::Problem],
    /// The service's own problems.
    pub(crate) service: &'a [LocalizedMessage],
    pub(crate) journal: Option<journal::State>,
    /// The reason why no Python is in use, if so.
    pub(crate) python: Option<&'a LocalizedMessage>,
    pub(crate) no_tray: Option<&'a NoTray>,
}

/// The present problems, the worst first.
pub(crate) fn problems(situation: &Situation<'_>, language: Language) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let State::Failed { reason, port } = situation.state {
        problems.push(match port {
            Some(trouble) => taken_port(reason, trouble, language),
            None => failed(reason, language),
        });
    }
    problems.extend(situation.service.iter().map(|problem| of_service(problem, language)));
    problems.extend(situation.python.map(|reason| no_python(reason, language)));
    problems.extend(situation.settings.iter().map(|problem| bad_setting(problem, language)));
    problems.extend(situation.journal.as_ref().and_then(|state| journal(state, language)));
    problems.extend(situation.no_tray.map(|no_tray| without_tray(no_tray, language)));
    problems
}

fn taken_port(reason: &LocalizedMessage, trouble: &PortTrouble, language: Language) -> Problem {
    let is_airplay = trouble.holder.as_ref().is_some_and(|holder| AIRPLAY.contains(&holder.program.as_str()));
    let remedy = match trouble {
        _ if is_airplay => "problem.port.airplay",
        PortTrouble { is_reserved: true, .. } => "problem.port.reserved",
        _ => "problem.port.remedy",
    };
    let use_free = trouble.free_port.map(|port| {
        let port = port.to_string();
        action(language.text("problem.port.use", &[("port", &port)]), Action::UsePort, Some(port))
    });
    let restart = action(language.text("problem.restart", &[]), Action::RestartService, None);
    problem("port", say(reason, language), Some(language.text(remedy, &[])), use_free.into_iter().chain([restart]))
}

fn failed(reason: &LocalizedMessage, language: Language) -> Problem {
    let actions = [
        action(language.text("problem.restart", &[]), Action::RestartService, None),
        action(language.text("problem.log", &[]), Action::OpenFolder, Some("log".to_owned())),
    ];
    problem("failed", say(reason, language), Some(language.text("problem.failed.remedy", &[])), actions)
}

/// A problem of a service that runs. If it has no remedy here, its own sentence contains one.
fn of_service(reason: &LocalizedMessage, language: Language) -> Problem {
    let (remedy, folder, open) = match reason.code() {
        code if code == CANNOT_START_PROGRAMS.code => (Some("problem.start.remedy"), "log", "problem.log"),
        code if code == TOKEN_UNUSABLE.code => (Some("problem.token.remedy"), "data", "problem.data"),
        _ => (None, "data", "problem.data"),
    };
    let actions = [
        action(language.text("problem.restart", &[]), Action::RestartService, None),
        action(language.text(open, &[]), Action::OpenFolder, Some(folder.to_owned())),
    ];
    problem(reason.code(), say(reason, language), remedy.map(|key| language.text(key, &[])), actions)
}

fn no_python(reason: &LocalizedMessage, language: Language) -> Problem {
    let settings = action(language.text("problem.settings", &[]), Action::Settings, Some("python.path".to_owned()));
    problem("python", say(reason, language), Some(language.text("problem.python.remedy", &[])), [settings])
}

fn bad_setting(mistake: &settings::Problem, language: Language) -> Problem {
    let key = Some(mistake.key.clone()).filter(|key| !key.is_empty());
    let text = language.text("problem.settings.text", &[("message", &mistaken(mistake, language))]);
    let file = action(language.text("problem.settings.file", &[]), Action::OpenFolder, Some("file".to_owned()));
    let show = key.map(|key| action(language.text("problem.settings", &[]), Action::Settings, Some(key)));
    problem(&format!("{SETTINGS}{}", mistake.key), sentence(&text), None, show.into_iter().chain([file]))
}

fn journal(state: &journal::State, language: Language) -> Option<Problem> {
    let text = match state {
        journal::State::Failed { reason } => {
            language.text("problem.journal.text", &[("reason", &language.say(reason))])
        }
        journal::State::Recovered { kept_aside } => {
            language.text("problem.journal.aside", &[("path", &kept_aside.display().to_string())])
        }
        journal::State::Opening | journal::State::Ok | journal::State::Disabled => return None,
    };
    let folder = action(language.text("problem.log", &[]), Action::OpenFolder, Some("data".to_owned()));
    Some(problem("journal", sentence(&text), None, [folder]))
}

fn without_tray(no_tray: &NoTray, language: Language) -> Problem {
    let text = language.text("problem.tray.text", &[("reason", &no_tray.reason(language))]);
    let quit = action(language.text("problem.tray.quit", &[]), Action::Quit, None);
    problem("no_tray", text, Some(language.text("problem.tray.remedy", &[])), [quit])
}

fn problem(
    id: &str,
    text: String,
    remedy: Option<String>,
    actions: impl IntoIterator<Item = ProblemAction>,
) -> Problem {
    Problem { id: id.to_owned(), text, remedy, actions: actions.into_iter().collect() }
}

fn action(label: String, command: Action, argument: Option<String>) -> ProblemAction {
    ProblemAction { label, command, argument }
}

/// A reason begins in lower case; a problem is a sentence of its own.
fn say(reason: &LocalizedMessage, language: Language) -> String {
    sentence(&language.say(reason))
}

/// A mistake in the settings file with its line.
fn mistaken(mistake: &settings::Problem, language: Language) -> String {
    let line = mistake.line.map(|line| language.text("problem.settings.line", &[("line", &line.to_string())]));
    let key = Some(&mistake.key).filter(|key| !key.is_empty()).map(|key| format!("`{key}` "));
    let message = language.say(&mistake.message);
    format!("{}{}{message}", line.unwrap_or_default(), key.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use runtray_service::{Holder, PortTrouble, State, settings};

    use super::{Action, Situation, problems};
    use runtray_engine::sentences::LAUNCHER_SILENT;
    use runtray_service::sentences::{
        CANNOT_START_PROGRAMS, FILE_NOT_TOML, FOLDER_IN_USE, PORT_OTHER, SETTING_SWITCH, START_BROKE, TOKEN_NONE,
        TOKEN_UNUSABLE,
    };

    use crate::i18n::Language;
    use crate::model::Problem;
    use crate::sentences::NO_PYTHON;
    use crate::system::preflight::NoTray;

    fn of(state: State, program: &str) -> Vec<Problem> {
        let mistake =
            settings::Problem { line: Some(3), key: "port".into(), message: SETTING_SWITCH.with("written", "1") };
        let no_python = NO_PYTHON.message();
        let no_tray = (program == "no tray").then_some(NoTray::Host);
        let mistakes = if program == "mistake" { vec![mistake] } else { Vec::new() };
        let situation = Situation {
            state: &state,
            settings: &mistakes,
            service: &[],
            journal: None,
            python: (program == "no python").then_some(&no_python),
            no_tray: no_tray.as_ref(),
        };
        problems(&situation, Language::English)
    }

    fn taken(program: &str) -> Problem {
        let holder = (!program.is_empty()).then(|| Holder { pid: 7, program: program.into() });
        let trouble = PortTrouble { port: 5000, is_reserved: holder.is_none(), holder, free_port: Some(5001) };
        let reason = PORT_OTHER.with("address", "127.0.0.1:5000").with("cause", NO_PYTHON.message());
        of(State::Failed { reason, port: Some(trouble) }, "").remove(0)
    }

    #[test]
    fn a_taken_port_offers_another_one() {
        let problem = taken("python3");
        assert_eq!(problem.text, "Cannot listen on 127.0.0.1:5000: no Python was found on this machine.");
        assert_eq!(
            (problem.actions[0].command, problem.actions[0].argument.as_deref()),
            (Action::UsePort, Some("5001"))
        );
        assert!(!problem.remedy.expect("a remedy").contains("AirPlay"));
        assert!(taken("ControlCenter").remedy.expect("a remedy").contains("AirPlay"));
        assert_eq!(taken("").remedy.as_deref(), Some("Use another port."), "there is no program to stop");
    }

    #[test]
    fn each_problem_says_what_to_do() {
        assert!(of(State::Stopped, "").is_empty(), "nothing is wrong with a stopped service");
        for (what, id, command) in [
            ("mistake", "settings:port", Action::Settings),
            ("no python", "python", Action::Settings),
            ("no tray", "no_tray", Action::Quit),
        ] {
            let problem = of(State::Stopped, what).remove(0);
            assert_eq!((problem.id.as_str(), problem.actions[0].command), (id, command));
            assert!(problem.text.ends_with('.'), "{}", problem.text);
        }
        let mistake =
            settings::Problem { line: Some(2), key: String::new(), message: FILE_NOT_TOML.with("detail", "x") };
        let situation = Situation {
            state: &State::Stopped,
            settings: &[mistake],
            service: &[],
            journal: None,
            python: None,
            no_tray: None,
        };
        let broken = problems(&situation, Language::English).remove(0);
        let action = &broken.actions[0];
        assert_eq!((action.command, action.argument.as_deref()), (Action::OpenFolder, Some("file")), "{broken:?}");
        assert!(broken.text.contains("ine 2"), "{}", broken.text);
        let broke = of(State::Failed { reason: START_BROKE.message(), port: None }, "").remove(0);
        assert_eq!(broke.actions[0].command, Action::RestartService);
    }

    #[test]
    fn a_service_that_runs_with_a_problem_says_so_in_both_languages() {
        let in_use = FOLDER_IN_USE.with("path", "/data").with("address", "http://localhost:7");
        let service = [
            CANNOT_START_PROGRAMS.with("cause", LAUNCHER_SILENT.message()),
            in_use,
            TOKEN_UNUSABLE.with("path", "/data/token").with("cause", TOKEN_NONE.message()),
        ];
        let of = |language| {
            let state = &State::Stopped;
            let situation =
                Situation { state, settings: &[], service: &service, journal: None, python: None, no_tray: None };
            problems(&situation, language)
        };
        let (english, german) = (of(Language::English), of(Language::German));
        let texts = |problems: &[Problem]| problems.iter().map(|problem| problem.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&english)[0], "Programs cannot be started: the launcher process does not answer.");
        assert_eq!(texts(&german)[0], "Programme lassen sich nicht starten: der Starter-Prozess antwortet nicht.");
        for (index, has_remedy) in [true, false, true].into_iter().enumerate() {
            let [one, other] = [&english[index], &german[index]];
            assert_eq!((&one.id, one.remedy.is_some()), (&other.id, has_remedy), "{one:?}");
            assert_ne!((&one.text, &one.actions[1].label), (&other.text, &other.actions[1].label));
            assert_eq!([one.actions[0].command, one.actions[1].command], [Action::RestartService, Action::OpenFolder]);
        }
        assert!(german[1].text.contains("http://localhost:7") && german[2].text.contains("/data/token"), "{german:?}");
    }
}
