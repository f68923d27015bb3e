//! The benchmark of Runtray against the Flask service that it replaces, Jupyter Server and the bare interpreter; and of its
//! desktop app against a minimal one.
//!
//! All subjects take turns within each round, so that a disturbance of the machine affects all alike. All run the same
//! interpreter in the same environment. Slowness is not an error: the benchmark measures, prints the results beside the targets,
//! and writes them as JSON.

mod client;
#[cfg(target_os = "linux")]
mod desktop;
mod environment;
mod events;
mod experiment;
mod interpreter;
mod machine;
mod memory;
mod moment;
mod null_server;
mod report;
#[cfg(target_os = "linux")]
#[path = "../../tests/desktop/server.rs"]
mod server;
mod service;
#[cfg(target_os = "linux")]
#[path = "../../tests/desktop/session.rs"]
mod session;
mod setup;
mod statistics;
mod subject;
mod sys;
mod table;
#[cfg(target_os = "linux")]
#[path = "../../tests/desktop/tray.rs"]
#[expect(dead_code, reason = "the app's tests use more of it")]
mod tray;
mod websocket;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use clap::builder::PossibleValuesParser;

use crate::experiment::{EXPERIMENTS, Experiment};
use crate::machine::Machine;
use crate::report::{Report, Section};
use crate::setup::Setup;

/// The subject of the benchmark. `cargo xtask bench` prepares everything that it needs.
#[derive(Parser)]
enum Benchmark {
    /// The service against a Flask service, Jupyter Server and the bare interpreter.
    Service(Args),
    /// The desktop app against a minimal one.
    #[cfg(target_os = "linux")]
    Desktop(desktop::Args),
}

#[derive(clap::Args)]
struct Args {
    /// The runtray program, built in release.
    #[arg(long)]
    runtray: PathBuf,
    /// The Flask service's source.
    #[arg(long, default_value = "bench/flask_service.py")]
    flask_service: PathBuf,
    /// The Python of every subject and the Flask service: the interpreter of a virtualenv with `requirements.txt` installed.
    #[arg(long)]
    python: PathBuf,
    /// The file for the results.
    #[arg(long, default_value = "target/bench.json")]
    json: PathBuf,
    /// Do a short run, to check that everything can be measured.
    #[arg(long)]
    quick: bool,
    /// Run only this experiment; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(EXPERIMENTS.iter().map(|one| one.name)))]
    only: Vec<String>,
}

fn main() -> Result<()> {
    match Benchmark::parse() {
        Benchmark::Service(args) => service(&args),
        #[cfg(target_os = "linux")]
        Benchmark::Desktop(args) => publish(&desktop::measure(&args)?, &args.json),
    }
}

fn service(args: &Args) -> Result<()> {
    let setup = Setup::prepare(args)?;
    let machine = Machine::here(setup.interpreters.names())?;
    let mut report = Report { machine, quick: args.quick, sections: Vec::new() };
    let mut failed = Vec::new();
    for experiment in
        EXPERIMENTS.iter().filter(|one| args.only.is_empty() || args.only.iter().any(|name| name == one.name))
    {
        match measure(experiment, &setup) {
            Ok(section) => report.sections.push(section),
            Err(error) => failed.push(format!("{}: {error:#}", experiment.name)),
        }
    }
    publish(&report, &args.json)?;
    ensure!(failed.is_empty(), "not everything could be measured:\n{}", failed.join("\n"));
    Ok(())
}

fn publish(report: &Report, json: &Path) -> Result<()> {
    write!(io::stdout().lock(), "{report}")?;
    write_json(json, report)
}

fn measure(experiment: &Experiment, setup: &Setup) -> Result<Section> {
    eprintln!("measuring: {}", experiment.title);
    Ok(Section { title: experiment.title.to_owned(), ..(experiment.measure)(setup)? })
}

fn write_json(path: &Path, report: &Report) -> Result<()> {
    let write = || {
        path.parent().map(fs::create_dir_all).transpose()?;
        let mut file = File::create(path)?;
        serde_json::to_writer_pretty(&mut file, report)?;
        writeln!(file)
    };
    write().with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("written to {}", path.display());
    Ok(())
}
