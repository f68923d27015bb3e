//! `cargo xtask test`: runs every check and every test, the cheapest first.

use std::fs;

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::step::{Part, Record, Step};
use crate::{
    builtin_python, clients, kubernetes, lint, macos, mcpb, native, node, package, packs, provision, ui, web, windows,
    workflows,
};

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only this part.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Arguments for the test programs: part of a test's name, or an option such as `--nocapture`.
    #[arg(last = true)]
    filter: Vec<String>,
}

/// All steps, in order; `--only` selects some of them. The output of the last step ends the output of the task.
const STEPS: &[Step] = &[
    Step { title: "packages for this machine", parts: &[Part::Native, Part::Lint], work: provision::for_testing },
    Step {
        title: "packages for Windows and macOS",
        parts: &[Part::Windows, Part::Macos],
        work: provision::for_other_systems,
    },
    Step { title: "the window: build", parts: &[Part::Native, Part::Lint, Part::Windows], work: ui::build },
    Step { title: "the window: types, style and tests", parts: &[Part::Native], work: ui::test },
    Step { title: "format", parts: &[Part::Lint], work: lint::format },
    Step { title: "clippy", parts: &[Part::Lint], work: lint::clippy },
    Step { title: "dependencies (cargo-deny)", parts: &[Part::Lint], work: lint::dependencies },
    Step { title: "documentation and its examples", parts: &[Part::Lint], work: lint::documentation },
    Step { title: "macOS: types of the engine", parts: &[Part::Macos], work: macos::check },
    Step { title: "Windows: clippy", parts: &[Part::Windows], work: windows::clippy },
    Step { title: "Windows: build", parts: &[Part::Windows], work: windows::build },
    Step { title: "Windows: the built-in Python", parts: &[Part::Windows], work: builtin_python::windows::build },
    Step { title: "Windows: the built-in Python: tests", parts: &[Part::Windows], work: builtin_python::windows::test },
    Step { title: "Windows: tests under Wine", parts: &[Part::Windows], work: windows::test },
    Step { title: "Windows: installers for the tests", parts: &[Part::Windows], work: windows::installers },
    Step { title: "Windows: the app and its installer under Wine", parts: &[Part::Windows], work: windows::app },
    Step { title: "Windows: whole installations under Wine", parts: &[Part::Windows], work: windows::life },
    Step { title: "Node.js for the tests", parts: &[Part::Native], work: node::fetch },
    Step { title: "clients for the tests", parts: &[Part::Native], work: clients::fetch },
    Step { title: "workflows (actionlint)", parts: &[Part::Native], work: workflows::lint },
    Step { title: "manifests for Kubernetes", parts: &[Part::Native], work: kubernetes::lint },
    Step { title: "manifests for package managers", parts: &[Part::Native], work: package::manifests::lint },
    Step { title: "build", parts: &[Part::Native], work: native::build },
    Step { title: "bundle for assistants", parts: &[Part::Native], work: mcpb::test },
    Step { title: "the built-in Python: build", parts: &[Part::Native], work: builtin_python::build },
    Step { title: "packages of the built-in Python: build and tests", parts: &[Part::Native], work: packs::test },
    Step { title: "the built-in Python: tests", parts: &[Part::Native], work: builtin_python::test },
    Step { title: "the science pack: build and tests", parts: &[Part::Native], work: builtin_python::science::test },
    Step { title: "the web client and the examples: packages", parts: &[Part::Native], work: web::prepare },
    Step { title: "the web client and the examples: types and tests", parts: &[Part::Native], work: web::test },
    Step { title: "tests", parts: &[Part::Native], work: native::test },
];

/// Runs the selected steps and prints how long each took.
///
/// # Errors
/// The error of the first step that fails.
pub(crate) fn test(args: &Args) -> Result<()> {
    let context = Context::new(args.filter.clone())?;
    let _lock = context.cache.lock()?;
    eprintln!("build output is kept in {}", context.cache.path("").display());
    let chosen: Vec<_> = chosen(args.only).collect();
    let Some((last, earlier)) = chosen.split_last() else { return Ok(()) };
    let records = earlier.iter().map(|step| run_and_report(step, &context)).collect::<Result<Vec<_>>>()?;
    eprintln!("\nso far:");
    records.iter().for_each(|record| eprintln!("{}", record.line()));
    let record = last.run(&context)?;
    note_duration(&context, &records, &record)
}

/// The steps of one part, or all of them, in the table's order.
fn chosen(only: Option<Part>) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| only.is_none_or(|part| step.parts.contains(&part)))
}

fn run_and_report(step: &Step, context: &Context) -> Result<Record> {
    let record = step.run(context)?;
    eprintln!("==> {}", record.line());
    Ok(record)
}

/// Writes all durations to a file. The duration of the last step is not printed, so that its own output stays last.
fn note_duration(context: &Context, earlier: &[Record], last: &Record) -> Result<()> {
    let lines: Vec<_> = earlier.iter().chain([last]).map(Record::line).collect();
    let file = context.cache.path("durations.txt");
    fs::write(&file, lines.join("\n") + "\n").with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_starts_with_its_packages_and_the_whole_ends_with_the_tests() {
        for part in <Part as clap::ValueEnum>::value_variants() {
            let first = chosen(Some(*part)).next().map(|step| step.title);
            assert!(first.is_some_and(|title| title.starts_with("packages")), "{part:?} starts with {first:?}");
        }
        assert_eq!(chosen(None).last().map(|step| step.title), Some("tests"));
    }
}
