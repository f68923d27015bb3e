//! The shared types in TypeScript.

use ts_rs::{Config, TS};

use super::executions::{GivenFile, Minute, Variable};
use super::settings::SettingsProblem;
use super::{
    Action, ConsoleState, ConsoleUpdate, Execution, ExecutionsPage, ExecutionsQuery, ExportFormat, Facets, Failure,
    Folder, Language, Pending, Problem, ProblemAction, Python, PythonTest, Running, Selection, Sentence, ServiceState,
    SettingsView, Statistics, Status, Summary, Update,
};

const HEADING: &str = "// The types that Rust and the window share. Written by `cargo xtask bindings`: change src-tauri/src/model instead.\n";

/// The contents of `ui/src/lib/bindings/index.ts`.
fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let types = [
        Sentence::decl(&config),
        ServiceState::decl(&config),
        Python::decl(&config),
        Running::decl(&config),
        Pending::decl(&config),
        Action::decl(&config),
        ProblemAction::decl(&config),
        Problem::decl(&config),
        Status::decl(&config),
        Summary::decl(&config),
        Variable::decl(&config),
        GivenFile::decl(&config),
        Execution::decl(&config),
        ExecutionsQuery::decl(&config),
        ExecutionsPage::decl(&config),
        Facets::decl(&config),
        Selection::decl(&config),
        ExportFormat::decl(&config),
        Minute::decl(&config),
        Statistics::decl(&config),
        PythonTest::decl(&config),
        Language::decl(&config),
        SettingsProblem::decl(&config),
        SettingsView::decl(&config),
        ConsoleState::decl(&config),
        ConsoleUpdate::decl(&config),
        Folder::decl(&config),
        Failure::decl(&config),
        Update::decl(&config),
    ];
    types.iter().fold(HEADING.to_owned(), |text, declaration| format!("{text}\nexport {declaration}\n"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn the_bindings_of_the_window_are_up_to_date() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/lib/bindings/index.ts");
        if std::env::var_os("RUNTRAY_WRITE_BINDINGS").is_some() {
            fs::write(&file, super::typescript()).expect("the file can be written");
        }
        let written = fs::read_to_string(&file).unwrap_or_default();
        assert!(
            written == super::typescript(),
            "ui/src/lib/bindings/index.ts differs from src-tauri/src/model; `cargo xtask bindings` writes it"
        );
    }
}
