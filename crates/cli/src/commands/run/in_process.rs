//! Running a program in this process, with an engine of its own.

use std::io;
use std::sync::Arc;

use runtray_engine::language::Runtime;
use runtray_engine::{Commands, Config, Engine, Event, Outcome, Request, Session, Warm};
use runtray_service::paths::Paths;
use runtray_service::settings::Settings;
use runtray_service::{BoundedText, isolation_policy};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::console;
use super::program::Program;

/// Events between the engine and our streams.
const EVENTS: usize = 16;

/// A program that ran here.
pub(super) struct Ran {
    pub(super) runtime: Arc<Runtime>,
    pub(super) outcome: Outcome,
    pub(super) output: BoundedText,
    pub(super) error: BoundedText,
}

/// Runs `program` with the input from `commands`. Its output goes to our own streams as it arrives, unless it is to be kept.
///
/// # Errors
/// It could not be run.
pub(super) async fn run(
    program: &Program,
    paths: &Paths,
    settings: &Settings,
    keep: bool,
    commands: Commands,
    cancel: CancellationToken,
) -> anyhow::Result<Ran> {
    let language = program.languages.find(&program.language);
    let language = language.ok_or_else(|| anyhow::anyhow!("the language {} is gone", program.language))?;
    let runtime = program.languages.runtime(language).await?;
    let request = request(program, settings)?;
    let config = Config { runs_folder: paths.runs.clone(), hidden: paths.hidden(), warm: Warm::none() };
    let engine = Engine::start(&config)?;
    let (events, received) = mpsc::channel(EVENTS);
    let session = Session { events, commands: Some(commands), cancel: cancel.clone() };
    let policy = isolation_policy(&engine, settings, settings.isolation).await;
    let run = engine.run(&request, &runtime, &settings.limits, &policy, session);
    let cap = if keep { settings.kept_output_bytes } else { 0 };
    let (outcome, (output, error)) = tokio::join!(run, take(received, cap, keep, &cancel));
    engine.shutdown().await;
    Ok(Ran { runtime, outcome: outcome?, output, error })
}

fn request(program: &Program, settings: &Settings) -> anyhow::Result<Request> {
    let request = Request::of_bytes(program.code.clone(), program.timeout)
        .with_args(program.args.clone())?
        .with_env(program.env.clone())?
        .with_files(program.files.clone())?
        .with_idle_limit(settings.terminal_idle);
    Ok(match program.terminal {
        Some(size) => request.with_terminal(size),
        None => request,
    })
}

async fn take(
    mut events: mpsc::Receiver<Event>,
    cap: usize,
    keep: bool,
    cancel: &CancellationToken,
) -> (BoundedText, BoundedText) {
    let (mut output, mut error) = (BoundedText::new(cap), BoundedText::new(cap));
    while let Some(event) = events.recv().await {
        let written = match event {
            Event::Started => Ok(()),
            Event::Stdout(text) => {
                output.push(&text);
                if keep { Ok(()) } else { console::show(&text, &mut io::stdout().lock()) }
            }
            Event::Stderr(text) => {
                error.push(&text);
                if keep { Ok(()) } else { console::show(&text, &mut io::stderr().lock()) }
            }
        };
        if written.is_err() {
            cancel.cancel();
        }
    }
    (output, error)
}
