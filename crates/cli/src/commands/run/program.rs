//! The program of `runtray run`: its text, its language, its time limit.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use runtray_engine::interpreter::Machine;
use runtray_engine::language::{Language, Languages};
use runtray_engine::{SourceFile, TerminalSize};
use runtray_service::paths::Paths;
use runtray_service::settings::Settings;
use runtray_wire::Level;

use super::{named_files, sibling_files, terminal_size};
use crate::args::Run;

/// A program that was read and checked, independent of where it will run.
pub(super) struct Program {
    /// Its bytes in any encoding.
    pub(super) code: Vec<u8>,
    /// Where its interpreter is searched.
    pub(super) machine: Machine,
    pub(super) languages: Languages,
    /// The language's name.
    pub(super) language: String,
    pub(super) args: Vec<String>,
    /// Environment variables in addition to every run's.
    pub(super) env: Vec<(String, String)>,
    /// The level of isolation that is asked for.
    pub(super) isolation: Option<Level>,
    /// The files beside it.
    pub(super) files: Vec<SourceFile>,
    pub(super) timeout: Duration,
    /// A sentence that explains how to give it more time.
    pub(super) more_time: String,
    /// The size of its terminal, if it gets one.
    pub(super) terminal: Option<TerminalSize>,
    /// Whether it reads our standard input. `false` if the program itself was read from there.
    pub(super) reads_stdin: bool,
}

impl Program {
    /// Reads the program that the arguments name.
    ///
    /// # Errors
    /// The program or the language does not exist, or the time limit is out of range.
    pub(super) fn read(args: &Run, settings: &Settings, paths: &Paths) -> anyhow::Result<Self> {
        let machine = Machine::this().with_packages(paths.packages_folder());
        let languages = Languages::new(settings.choices(), machine.clone());
        let language = language(args, &languages)?;
        let reads_stdin = args.file() != Path::new("-");
        let code = if reads_stdin { bytes_of(open(args.file())?)? } else { bytes_of(io::stdin().lock())? };
        let terminal = (reads_stdin && !args.json && args.save.is_none()).then(terminal_size::size).flatten();
        let (timeout, more_time) = timeout(args, settings)?;
        let room = settings.body_bytes.saturating_sub(code.len());
        let mut files = named_files::read(args, &language.entry(), settings.body_bytes)?;
        if reads_stdin && !args.alone {
            sibling_files::add(&mut files, args.file(), &code, &language.entry(), room);
        }
        let (language, env, isolation) = (language.name.clone(), args.env.clone(), args.isolation);
        let args = arguments(args)?;
        Ok(Self {
            code,
            machine,
            languages,
            language,
            args,
            env,
            isolation,
            files,
            timeout,
            more_time,
            terminal,
            reads_stdin,
        })
    }
}

fn arguments(args: &Run) -> anyhow::Result<Vec<String>> {
    let text = |argument: &OsString| {
        argument.to_str().map(str::to_owned).with_context(|| format!("the argument {argument:?} is not Unicode text"))
    };
    args.program.iter().skip(1).map(text).collect()
}

fn language<'a>(args: &Run, languages: &'a Languages) -> anyhow::Result<&'a Language> {
    let name = match (&args.language, args.file().extension()) {
        (Some(language), _) => language.clone(),
        (None, Some(extension)) => extension.to_string_lossy().into_owned(),
        (None, None) => "python".into(),
    };
    let language = languages.find(&name).or_else(|| languages.by_extension(&name));
    language.with_context(|| format!("`{name}` is no language that this service knows; name one with --language"))
}

/// The time limit of interactive programs, since a user at a terminal has Ctrl-C; with `--json` the limit of POST /execute.
fn timeout(args: &Run, settings: &Settings) -> anyhow::Result<(Duration, String)> {
    let (usual, most, key) = match args.json {
        true => (settings.default_timeout, settings.max_timeout, "max_timeout_ms"),
        false => (settings.terminal_total, settings.terminal_total, "terminal_total_ms"),
    };
    let timeout = args.timeout_ms.map_or(usual, Duration::from_millis);
    if timeout.is_zero() || timeout > most {
        bail!(
            "--timeout-ms must be from 1 to {}, which is what `[limits] {key}` in the settings says",
            most.as_millis()
        );
    }
    let more = match timeout < most {
        true => format!("--timeout-ms gives it more time, up to {}", most.as_millis()),
        false => format!("`[limits] {key}` in the settings gives it more time"),
    };
    Ok((timeout, more))
}

fn open(file: &Path) -> anyhow::Result<fs::File> {
    // Check this first: Windows cannot open a folder and would only report that access is denied.
    if file.is_dir() {
        bail!("{} is a folder; name a program's file", file.display());
    }
    fs::File::open(file).with_context(|| format!("could not open {}", file.display()))
}

fn bytes_of(mut source: impl Read) -> anyhow::Result<Vec<u8>> {
    let mut code = Vec::new();
    source.read_to_end(&mut code).context("could not read the program")?;
    Ok(code)
}
