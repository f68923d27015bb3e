//! The project's own tasks: `cargo xtask run`, `cargo xtask test`, `cargo xtask bench`, `cargo xtask soak`.
//!
//! A task is a module with a clap `Args` and a function that runs it. Nothing here is shipped.

mod apt;
mod bench;
mod bindings;
mod builtin_python;
mod bundle;
mod cache;
mod clients;
mod context;
mod debian;
mod feed;
mod icons;
mod kubernetes;
mod life;
mod lint;
mod macos;
mod mcpb;
mod native;
mod node;
mod npm;
mod package;
mod packs;
mod provision;
mod run;
mod screenshots;
mod soak;
mod step;
mod test;
mod ui;
mod venv;
mod web;
mod windows;
mod wine;
mod workflows;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, runs and tests Runtray. Installs missing packages first.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measure Runtray against a Flask service and the bare interpreter; `desktop`: the app against a minimal one.
    Bench(bench::Args),
    /// Write the types that Rust shares with the window.
    Bindings,
    /// Make CPython for WASI, compiled ahead of time, for `runtray-python`; `--test` also tests that program.
    BuiltinPython(builtin_python::Args),
    /// Make the AppImage or the dmg in `dist/`, on the system that it is for.
    Bundle(bundle::Args),
    /// Install the clients of npm and PyPI that the tests run, and say where they are.
    Clients,
    /// Sign the packages in `dist/` and write the feed of updates; `--new-key`: make the keys.
    Feed(feed::Args),
    /// Render the icons in every size and format.
    Icons,
    /// Make the bundle by which desktop assistants install Runtray (`.mcpb`), in `dist/`.
    Mcpb(mcpb::Args),
    /// Write and check the manifests for winget, Scoop and Homebrew, of the packages in `dist/`.
    Manifests(package::manifests::Args),
    /// Make the installers and packages in `dist/`, with checksums, bill of materials and notices.
    Package(package::Args),
    /// Build the desktop app and start it; `--headless`: the service alone.
    Run(run::Args),
    /// Make the pictures of `docs/` from the real app.
    Screenshots,
    /// Run thousands of mixed programs, good and bad, and check that nothing is left of them.
    Soak(soak::Args),
    /// Check and test everything: here, for Windows under Wine, and types for macOS.
    Test(test::Args),
    /// Build the desktop app's window.
    Ui,
    /// Build the web client and serve the example page; `--test` tests both, `--figures` measures them, `--pictures` shows them.
    Web(web::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Bench(args) => bench::bench(&args),
        Task::Bindings => bindings::bindings(),
        Task::BuiltinPython(args) => builtin_python::builtin_python(&args),
        Task::Bundle(args) => bundle::bundle(&args),
        Task::Clients => clients::clients(),
        Task::Feed(args) => feed::feed(&args),
        Task::Icons => icons::icons(),
        Task::Ui => context::Context::new(Vec::new()).and_then(|context| ui::build(&context)).map(drop),
        Task::Mcpb(args) => mcpb::mcpb(&args),
        Task::Manifests(args) => package::manifests::manifests(&args),
        Task::Package(args) => package::package(&args),
        Task::Run(args) => run::run(&args),
        Task::Screenshots => screenshots::screenshots(),
        Task::Soak(args) => soak::soak(&args),
        Task::Test(args) => test::test(&args),
        Task::Web(args) => web::web(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            exit_code(&error)
        }
    }
}

/// The exit code of a failed task: 3 if the user has to install packages with the printed command, otherwise 1.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<apt::NeedsAdministrator>() {
        Some(_) => ExitCode::from(3),
        None => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
