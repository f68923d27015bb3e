//! The shared types in TypeScript.

use std::collections::BTreeMap;

use runtray_wire::{
    ClientMessage, Examination, ExecutionsQuery, ExportFormat, Facets, Language, NetworkAnswer, PackProgress, Packs,
    Statistics,
};
use ts_rs::{Config, TS, TypeVisitor};

use super::{
    About, ConsoleUpdate, ExecutionView, Folder, LogPage, Python, PythonTest, Selection, SettingsView, Update,
};

const HEADING: &str = "// The types that Rust and the window share. Written by `cargo xtask bindings`: change crates/wire or src-tauri/src/model instead.\n";

/// The declarations so far, by name: the order in which ts-rs meets them differs from one build to the next.
struct Declarations {
    config: Config,
    by_name: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Texts, numbers and lists are not declared.
        if T::output_path().is_none() {
            return;
        }
        let is_new = self.by_name.insert(T::ident(&self.config), T::decl(&self.config)).is_none();
        if is_new {
            T::visit_dependencies(self);
        }
    }
}

/// The contents of `ui/src/lib/bindings/index.ts`.
fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut declared = Declarations { config, by_name: BTreeMap::new() };
    declared.visit::<Update>();
    declared.visit::<ConsoleUpdate>();
    declared.visit::<ClientMessage>();
    declared.visit::<LogPage>();
    declared.visit::<ExecutionView>();
    declared.visit::<ExecutionsQuery>();
    declared.visit::<Selection>();
    declared.visit::<ExportFormat>();
    declared.visit::<Facets>();
    declared.visit::<Statistics>();
    declared.visit::<Language>();
    declared.visit::<Python>();
    declared.visit::<PythonTest>();
    declared.visit::<SettingsView>();
    declared.visit::<Folder>();
    declared.visit::<Packs>();
    declared.visit::<PackProgress>();
    declared.visit::<Examination>();
    declared.visit::<super::AssistantsView>();
    declared.visit::<super::AssistantAction>();
    declared.visit::<super::AssistantChange>();
    declared.visit::<About>();
    declared.visit::<super::VersionNews>();
    declared.visit::<super::Failure>();
    declared.visit::<NetworkAnswer>();
    declared.by_name.values().fold(HEADING.to_owned(), |text, declaration| format!("{text}\nexport {declaration}\n"))
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
            "ui/src/lib/bindings/index.ts differs from crates/wire or src-tauri/src/model; `cargo xtask bindings` writes it"
        );
    }

    #[test]
    fn types_in_types_are_declared_once() {
        let text = super::typescript();
        for name in
            ["ResultFile", "GivenFile", "Words", "RunStatus", "PendingOrigin", "PendingProgram", "NetworkQuestion"]
        {
            assert_eq!(text.matches(&format!("export type {name} =")).count(), 1, "{name}");
        }
    }
}
