//! Running a program in this process, with its own engine.

use std::io;
use std::mem;
use std::sync::Arc;

use runtray_engine::{Commands, Config, Engine, Event, EventSink, Job, Outcome, Request, Warm};
use runtray_service::paths::Paths;
use runtray_service::sentences::{NETWORK_NOBODY, REFUSED_ISOLATION};
use runtray_service::settings::Settings;
use runtray_service::{
    BoundedText, ChosenIsolation, isolated_runtime, isolation_choice, isolation_policy, prefer_isolated_python, to_wire,
};
use tokio::task::spawn_blocking;

use super::console;
use super::program::Program;

/// The result of a program that ran in this process.
pub(super) struct Ran {
    pub(super) outcome: Outcome,
    pub(super) output: BoundedText,
    pub(super) error: BoundedText,
}

/// An engine of our own.
///
/// # Errors
/// The engine cannot run programs here.
pub(super) fn engine(paths: &Paths) -> anyhow::Result<Engine> {
    let config = Config { runs_folder: paths.runs.clone(), hidden: paths.hidden(), warm: Warm::none() };
    Ok(Engine::start(&config)?)
}

/// The job of `program`, whose code and files are moved into it.
///
/// # Errors
/// The program's interpreter cannot be used, or its request or isolation is refused.
pub(super) async fn job(engine: &Engine, program: &mut Program, settings: &Settings) -> anyhow::Result<Arc<Job>> {
    if prefer_isolated_python(engine, settings, &program.machine).await {
        program.languages = program.languages.with(settings.choices());
    }
    let language = program.languages.find(&program.language);
    let language = language.ok_or_else(|| anyhow::anyhow!("the language {} is gone", program.language))?;
    let level = isolation_choice(settings, program.isolation.map(to_wire::choice));
    let level = level.map_err(|reason| anyhow::anyhow!("{reason}"))?;
    let runtime = isolated_runtime(&program.languages, language, level).await?;
    let job = Job::new(request(program, settings)?, runtime)?;
    let id = ulid::Ulid::generate().to_string();
    let job = job.with_names(id, "local").with_limits(settings.limits.clone());
    let isolation = ChosenIsolation::of_user(settings, level, job.runtime().isolation);
    let policy = isolation_policy(engine, &program.languages, settings, (isolation, job.runtime()), None).await;
    let policy = policy.map_err(|reason| anyhow::anyhow!("{}", REFUSED_ISOLATION.with("reason", reason)))?;
    if isolation.is_unanswered(&policy) {
        anyhow::bail!("{}", REFUSED_ISOLATION.with("reason", NETWORK_NOBODY.message()));
    }
    job.isolate(policy);
    Ok(Arc::new(job))
}

/// Runs `job` with the input from `commands`. Its output goes to our own streams as it arrives, unless it is to be kept.
///
/// # Errors
/// The program could not be run.
pub(super) async fn run(
    engine: &Engine,
    job: &Arc<Job>,
    settings: &Settings,
    keep: bool,
    commands: Commands,
) -> anyhow::Result<Ran> {
    let cap = if keep { settings.kept_output_bytes } else { 0 };
    let mut streams = Streams { job, keep, output: BoundedText::new(cap), error: BoundedText::new(cap) };
    let ran = engine.run(job, Some(commands), &mut streams).await;
    let Streams { output, error, .. } = streams;
    engine.shutdown().await;
    let (outcome, _) = ran?;
    Ok(Ran { outcome, output, error })
}

fn request(program: &mut Program, settings: &Settings) -> anyhow::Result<Request> {
    let request = Request::of_bytes(mem::take(&mut program.code), program.timeout)
        .with_args(mem::take(&mut program.args))?
        .with_env(mem::take(&mut program.env))?
        .with_files(mem::take(&mut program.files))?
        .with_idle_limit(settings.terminal_idle);
    Ok(match program.terminal {
        Some(size) => request.with_terminal(size),
        None => request,
    })
}

/// Our own streams.
struct Streams<'a> {
    job: &'a Job,
    /// Whether the output is to be kept instead.
    keep: bool,
    output: BoundedText,
    error: BoundedText,
}

impl EventSink for Streams<'_> {
    async fn put(&mut self, event: Event) {
        let (text, kept, is_error) = match event {
            Event::Started => return,
            Event::Stdout(text) => (text, &mut self.output, false),
            Event::Stderr(text) => (text, &mut self.error, true),
        };
        kept.push(&text);
        if !self.keep && show(text, is_error).await.is_err() {
            self.job.cancel().cancel();
        }
    }
}

/// Writes to one of our own streams, on a thread of its own: its reader may be slow, and the run's limits hold meanwhile.
async fn show(text: String, is_error: bool) -> io::Result<()> {
    let written = spawn_blocking(move || match is_error {
        true => console::show(&text, &mut io::stderr().lock()),
        false => console::show(&text, &mut io::stdout().lock()),
    });
    written.await.unwrap_or_else(|failed| Err(io::Error::other(failed)))
}
