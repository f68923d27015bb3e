//! `runtray run`.
//!
//! A program runs through the service if one is running, where it starts sooner, and otherwise in this process. Both ways it gets
//! our standard input as it arrives, and a terminal if we have one.

mod console;
mod in_process;
mod named_files;
mod program;
mod sibling_files;
mod terminal_size;
mod via_service;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use runtray_engine::{OutputFile, RelativePath, Status};
use runtray_service::RunResult;
use runtray_service::paths::Paths;
use runtray_service::settings::{NetworkChoice, Settings};
use runtray_wire::ExecuteResponse;
use tokio_util::sync::CancellationToken;

use super::configuration::settings;
use crate::args::Run;
use crate::{exit, print};
use console::Console;
use in_process::Ran;
use program::Program;

/// Runs a file and exits with the program's exit code.
pub(crate) async fn run(args: Run) -> anyhow::Result<ExitCode> {
    let (paths, loaded) = settings()?;
    let settings = loaded.settings;
    if let Some(reason) = &settings.refuse_to_run {
        bail!("{reason}");
    }
    let mut program = Program::read(&args, &settings, &paths)?;
    let wants_the_whole = args.json || args.save.is_some();
    let asks = settings.network == NetworkChoice::Ask || settings.network_never.is_none();
    match if wants_the_whole { None } else { via_service::start(&program, &paths, asks).await? } {
        Some(served) => run_served(served, &program).await,
        None => run_here(&args, &mut program, &paths, &settings).await,
    }
}

async fn run_served(served: via_service::Served, program: &Program) -> anyhow::Result<ExitCode> {
    let cancel = CancellationToken::new();
    let (console, commands) = Console::open(program, &cancel)?;
    let ended = served.carry(commands, program.terminal.is_some(), cancel).await;
    let was_raw = console.is_raw();
    drop(console);
    let ended = ended?;
    if ended.status != Status::Cancelled {
        say(&ended.told);
    }
    if !was_raw && exit::is_told(ended.status) {
        // The service's last message on the program's standard error has no line end.
        eprintln!();
    }
    advise(ended.status, ended.duration, program);
    Ok(exit::code(ended.status, ended.exit_code, ended.signal.as_deref()))
}

async fn run_here(args: &Run, program: &mut Program, paths: &Paths, settings: &Settings) -> anyhow::Result<ExitCode> {
    let engine = in_process::engine(paths)?;
    let job = in_process::job(&engine, program, settings).await?;
    let (console, commands) = Console::open(program, job.cancel())?;
    let ran = in_process::run(&engine, &job, settings, args.json, commands).await;
    drop(console);
    let Ran { outcome, output, error } = ran?;
    if let Some(folder) = &args.save {
        save(&outcome.files, folder)?;
    }
    let code = exit::code(outcome.status, outcome.exit_code, outcome.signal.as_deref());
    let (status, duration) = (outcome.status, outcome.duration);
    if args.json {
        print::json(&ExecuteResponse::from(RunResult::new(&job, outcome, output, error)))?;
    } else if let Some(reason) = outcome.reason.filter(|_| outcome.status != Status::Cancelled) {
        print::note(format_args!("{}", error.as_own_line(&reason)));
    }
    advise(status, duration, program);
    Ok(code)
}

/// Explains how to give a program more time after a timeout. Limits of idleness and CPU time are separate.
fn advise(status: Status, duration: Duration, program: &Program) {
    if status == Status::Timeout && duration >= program.timeout {
        print::note(format_args!("runtray: {}", program.more_time));
    }
}

fn say(told: &str) {
    if !told.is_empty() {
        print::note(format_args!("{told}"));
    }
}

/// Writes the files below `folder`. Reports files that were too large to be returned.
fn save(files: &[OutputFile], folder: &Path) -> anyhow::Result<()> {
    for file in files {
        let (Some(content), Ok(path)) = (&file.content, RelativePath::parse(&file.path)) else {
            print::note(format_args!("runtray: {} ({} bytes) was not saved", file.path, file.size_bytes));
            continue;
        };
        let path: PathBuf = path.below(folder);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, content))
            .with_context(|| format!("could not save {}", path.display()))?;
    }
    Ok(())
}
