//! Checks whether the programs in the file exist.
//!
//! A missing program does not make a file invalid, so reading it does not check; `runtray config check` does.

use std::path::Path;

use runtray_engine::interpreter;
use toml_edit::Document;

use super::document::collect;
use super::keys::KEYS;
use super::load::contents;
use super::model::{Loaded, Problem, Settings};
use crate::sentences;

/// The problems of the interpreters in the file at `path`: missing, a folder, not executable. They are not started.
pub fn missing_programs(path: &Path) -> Vec<Problem> {
    let text = contents(path).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let settings = Loaded::from_text(&text).settings;
    let Ok(document) = Document::parse(text) else { return Vec::new() };
    let entries = collect(&document).entries;
    entries.iter().filter_map(|entry| problem(&settings, KEYS[entry.key].name, entry.line)).collect()
}

fn problem(settings: &Settings, key: &str, line: usize) -> Option<Problem> {
    let program = match key {
        "python.path" => settings.python.as_deref(),
        "node.path" => settings.node.as_deref(),
        _ => None,
    }?;
    let reason = interpreter::check_program(program).err()?;
    let message = sentences::SETTING_PROGRAM.with("path", program.display()).with("reason", reason);
    Some(Problem { line: Some(line), key: key.to_owned(), message })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::missing_programs;

    #[test]
    fn unusable_programs_are_reported_with_their_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        let program = std::env::current_exe().expect("a program");
        for (path, reason) in [
            (folder.path().join("none"), Some("does not exist")),
            (folder.path().to_owned(), Some("is a directory")),
            (program, None),
        ] {
            let text = format!("port = 1\n[node]\npath = '{}'\n[python]\npath = ''\n", path.display());
            fs::write(&file, text).expect("a file");
            let problems = missing_programs(&file);
            let problem =
                problems.first().map(|problem| (problem.line, problem.key.clone(), problem.message.to_string()));
            let expected = reason.map(|reason| format!("names {}, which {reason}", path.display()));
            assert_eq!(problem, expected.map(|message| (Some(3), "node.path".to_owned(), message)));
        }
    }
}
