//! The commands, one a file.

mod config;
mod logs;
mod pythons;
mod run;
mod serve;
mod status;
mod threads;

use std::process::ExitCode;

use clap::CommandFactory;
use runtray_service::paths::Paths;
use runtray_service::settings::Loaded;

use crate::args::{Arguments, Command};
use crate::print;
use threads::block_on;

pub(crate) fn dispatch(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Serve(serve) => block_on(serve::serve(serve)),
        Command::Run(run) => block_on(run::run(run)),
        Command::Pythons(pythons) => block_on(pythons::pythons(pythons)),
        Command::Logs(logs) => logs::logs(logs),
        Command::Status(status) => status::status(&status),
        Command::Config(config) => config::config(&config),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "runtray", &mut script);
            print::all(&script)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The folders, and the settings with their problems told on standard error.
fn settings() -> anyhow::Result<(Paths, Loaded)> {
    let places = Paths::find()?;
    let file = places.settings_file();
    let loaded = Loaded::from_file(&file);
    for problem in &loaded.problems {
        print::note(format_args!("runtray: {}: {problem}", file.display()));
    }
    Ok((places, loaded))
}
