//! The commands, one in each file.

mod config;
mod configuration;
mod doctor;
mod logs;
mod mcp;
mod packs;
#[cfg(any(windows, test))]
mod path;
mod pythons;
mod run;
mod runtime;
#[cfg(any(windows, test))]
mod sandbox;
mod serve;
mod status;
mod stop;
mod update;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::CommandFactory;

#[cfg(windows)]
use crate::args::SandboxChange;
use crate::args::{Arguments, Command};
use crate::print;
use runtime::{block_on, block_on_streams};

pub(crate) fn dispatch(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Serve(serve) => block_on(serve::serve(serve)),
        Command::Run(run) => block_on(run::run(run)),
        Command::Mcp => block_on_streams(mcp::mcp()),
        Command::Pythons(pythons) => block_on(pythons::pythons(pythons)),
        Command::Packs(command) => block_on(packs::packs(command)),
        Command::Logs(logs) => logs::logs(logs),
        Command::Status(status) => status::status(&status),
        Command::Doctor(args) => block_on(doctor::doctor(args)),
        Command::Config(config) => config::config(&config),
        Command::Update(args) => update::update(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "runtray", &mut script);
            print::all(&script)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Man { folder } => {
            clap_mangen::generate_to(Arguments::command(), &folder)
                .with_context(|| format!("cannot write manual pages into {}", folder.display()))?;
            Ok(ExitCode::SUCCESS)
        }
        #[cfg(windows)]
        Command::Path(change) => path::change(change).map(|()| ExitCode::SUCCESS),
        #[cfg(windows)]
        Command::Sandbox(SandboxChange::Grant) => block_on(sandbox::grant()),
        #[cfg(windows)]
        Command::Sandbox(SandboxChange::Revoke) => sandbox::revoke(),
    }
}
