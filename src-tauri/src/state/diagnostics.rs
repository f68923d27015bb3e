//! The text that a user copies into a report. It has no code, no output and no name of a page.

use std::fmt::Write as _;

use runtray_service::paths::Paths;

use crate::model::{About, Problem, Status};
use crate::state::problems::SETTINGS;
use crate::system::product;

/// This program's version and parts.
pub(crate) fn about(status: &Status, paths: &Paths) -> About {
    let built_in_python = product::built_in_python();
    About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: product::COMMIT.map(str::to_owned),
        has_notices: product::notices().is_some(),
        diagnostics: text(status, paths, built_in_python.as_deref()),
        built_in_python,
    }
}

fn text(status: &Status, paths: &Paths, built_in_python: Option<&str>) -> String {
    let mut text = format!("Runtray {}", env!("CARGO_PKG_VERSION"));
    if let Some(commit) = product::COMMIT {
        text += &format!(" ({commit})");
    }
    let mut line = |name: &str, value: &str| {
        // Writing to a string does not fail.
        let _ = write!(text, "\n{name}: {value}");
    };
    line("system", &format!("{} {}", std::env::consts::OS, std::env::consts::ARCH));
    line("service", &format!("{:?} at {}", status.state, status.url));
    line("reason", status.reason.as_deref().unwrap_or("none"));
    line("running, queued", &format!("{}, {}", status.running, status.queued));
    line("Python", status.python.as_ref().map_or("none", |python| &python.name));
    line("built-in Python", built_in_python.unwrap_or("none"));
    line("isolation", &status.isolation);
    line("containment", status.containment.as_deref().unwrap_or("unknown"));
    line("settings", &paths.config.display().to_string());
    line("log", &paths.data.display().to_string());
    line("runs", &paths.runs.display().to_string());
    for problem in &status.problems {
        line("problem", described(problem));
    }
    text
}

/// The problem's text. A mistake in the settings quotes the file, for example a page's origin: only its key is included.
fn described(problem: &Problem) -> &str {
    if problem.id.starts_with(SETTINGS) { &problem.id } else { &problem.text }
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::model::{Problem, Status};
    use runtray_service::paths::Paths;

    #[test]
    fn the_text_has_versions_and_folders_and_nothing_of_runs() {
        let paths = Paths { config: "/c".into(), data: "/d".into(), runs: "/r".into() };
        let status = Status {
            url: "http://localhost:5000".to_owned(),
            example: "secret code".to_owned(),
            allowed_origins: vec!["https://secret.example".to_owned()],
            problems: vec![
                problem("port", "Port 5000 is in use by other.exe."),
                problem("settings:allowed_origins", "Line 3: `allowed_origins` \"secret.example/\" is no origin."),
            ],
            ..Status::default()
        };
        let text = text(&status, &paths, Some("3.14.0"));
        let problems = ["problem: Port 5000 is in use by other.exe.\n", "problem: settings:allowed_origins"];
        let versions = [env!("CARGO_PKG_VERSION"), "http://localhost:5000", "3.14.0", "/c", "/d", "/r"];
        for part in versions.iter().chain(&problems) {
            assert!(text.contains(part), "{part} is missing in {text}");
        }
        assert!(!text.contains("secret"), "{text}");
    }

    fn problem(id: &str, text: &str) -> Problem {
        Problem { id: id.to_owned(), text: text.to_owned(), remedy: None, actions: Vec::new() }
    }
}
