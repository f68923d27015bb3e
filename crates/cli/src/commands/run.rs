//! `runtray run`.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use runtray_engine::interpreter::Machine;
use runtray_engine::language::{Languages, Runtime};
use runtray_engine::{Config, Engine, Event, Outcome, OutputFile, RelativePath, Request, Session, Status, Warm};
use runtray_service::capture::Kept;
use runtray_service::places::Places;
use runtray_service::settings::Settings;
use runtray_service::wire::ExecuteResponse;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::settings;
use crate::args::Run;
use crate::{exit, print};

/// Runs a file in this process, as the service would, and exits as the program did.
pub(crate) async fn run(args: Run) -> anyhow::Result<ExitCode> {
    let (places, loaded) = settings()?;
    let settings = loaded.settings;
    if let Some(reason) = &settings.refuse_to_run {
        bail!("{reason}");
    }
    let runtime = runtime(&args, &settings).await?;
    let request = request(&args, &settings)?;
    let (outcome, output, error) = execute(&places, &settings, &request, &runtime, args.json).await?;
    if let Some(folder) = &args.save {
        save(&outcome.files, folder)?;
    }
    let code = exit_code(&outcome);
    if args.json {
        print::json(&ExecuteResponse::new(ulid::Ulid::generate().to_string(), &runtime, outcome, output, error))?;
    } else if let Some(reason) = outcome.reason {
        eprintln!("{}", error.as_own_line(&reason));
    }
    Ok(code)
}

async fn runtime(args: &Run, settings: &Settings) -> anyhow::Result<Arc<Runtime>> {
    let name = match (&args.language, args.file.extension()) {
        (Some(language), _) => language.clone(),
        (None, Some(extension)) => extension.to_string_lossy().into_owned(),
        (None, None) => "python".into(),
    };
    let languages = Languages::new(settings.choices(), Machine::this());
    let language = languages
        .find(&name)
        .or_else(|| languages.by_extension(&name))
        .with_context(|| format!("`{name}` is no language that this service knows; name one with --language"))?;
    Ok(languages.runtime(language).await?)
}

fn request(args: &Run, settings: &Settings) -> anyhow::Result<Request> {
    let from_stdin = args.file == Path::new("-");
    let code = if from_stdin { text_of(io::stdin().lock())? } else { text_of(open(&args.file)?)? };
    let timeout = args.timeout_ms.map_or(settings.default_timeout, Duration::from_millis);
    if timeout.is_zero() || timeout > settings.max_timeout {
        bail!("--timeout-ms must be from 1 to {}", settings.max_timeout.as_millis());
    }
    let mut stdin = Vec::new();
    if !from_stdin && !io::stdin().is_terminal() {
        io::stdin().lock().read_to_end(&mut stdin).context("could not read standard input")?;
    }
    Ok(Request::new(code, timeout).with_stdin(stdin).with_args(args.args.clone())?)
}

fn open(file: &Path) -> anyhow::Result<fs::File> {
    // Asked first: Windows opens no folder and says only that access is denied.
    if file.is_dir() {
        bail!("{} is a folder; name a program's file", file.display());
    }
    fs::File::open(file).with_context(|| format!("could not open {}", file.display()))
}

fn text_of(mut source: impl Read) -> anyhow::Result<String> {
    let mut code = String::new();
    source.read_to_string(&mut code).context("could not read the program; it must be UTF-8 text")?;
    Ok(code)
}

/// Runs the request; the output goes to our own streams as it comes, unless it is to be kept for JSON.
async fn execute(
    places: &Places,
    settings: &Settings,
    request: &Request,
    runtime: &Runtime,
    keep: bool,
) -> anyhow::Result<(Outcome, Kept, Kept)> {
    let engine = Engine::start(&Config { runs_folder: places.runs.clone(), warm: Warm::none() })?;
    let cancel = CancellationToken::new();
    let (sender, receiver) = mpsc::channel(16);
    let interrupted = {
        let cancel = cancel.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                cancel.cancel();
            }
        })
    };
    let session = Session { events: sender, commands: None, cancel: cancel.clone() };
    let run = engine.run(request, runtime, &settings.limits, session);
    let (outcome, printed) = tokio::join!(run, take(receiver, settings.kept_output_bytes, keep, &cancel));
    interrupted.abort();
    engine.shutdown().await;
    let (output, error) = printed;
    Ok((outcome?, output, error))
}

async fn take(mut events: mpsc::Receiver<Event>, cap: usize, keep: bool, cancel: &CancellationToken) -> (Kept, Kept) {
    let cap = if keep { cap } else { 0 };
    let (mut output, mut error) = (Kept::new(cap), Kept::new(cap));
    while let Some(event) = events.recv().await {
        let written = match event {
            Event::Started => Ok(()),
            Event::Stdout(text) => {
                output.push(&text);
                show(keep, &text, &mut io::stdout().lock())
            }
            Event::Stderr(text) => {
                error.push(&text);
                show(keep, &text, &mut io::stderr().lock())
            }
        };
        if written.is_err() {
            cancel.cancel();
        }
    }
    (output, error)
}

fn show(keep: bool, text: &str, stream: &mut impl Write) -> io::Result<()> {
    if keep { Ok(()) } else { stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) }
}

/// Writes the files below `folder`; one that was too large to carry is named.
fn save(files: &[OutputFile], folder: &Path) -> anyhow::Result<()> {
    for file in files {
        let (Some(content), Ok(path)) = (&file.content, RelativePath::parse(&file.path)) else {
            eprintln!("runtray: {} ({} bytes) was not saved", file.path, file.size_bytes);
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

fn exit_code(outcome: &Outcome) -> ExitCode {
    match (outcome.status, outcome.exit_code) {
        (Status::Cancelled, _) => ExitCode::from(exit::CANCELLED),
        (Status::Timeout | Status::MemoryLimit | Status::OutputLimit, _) => ExitCode::from(exit::LIMIT),
        (_, Some(code)) => ExitCode::from(u8::try_from(code & 0xff).unwrap_or(exit::FAILED)),
        (_, None) => ExitCode::from(exit::CRASHED),
    }
}
