//! `cargo xtask bench`: builds and runs the benchmark of `bench/`.

mod desktop;

use std::env::consts::EXE_EXTENSION;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::step::{Ending, must, once, output};
use crate::{builtin_python, provision, venv};

/// Options of `cargo xtask bench`. Without a subcommand it measures the service.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    subject: Option<Subject>,
    /// The Python that the virtualenv is made from and every subject runs.
    #[arg(long, default_value = "python3")]
    python: PathBuf,
    /// The file for the results; the default is `bench.json` in the cache folder.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Do a short run, to check that everything can be measured.
    #[arg(long)]
    quick: bool,
    /// Run only this experiment, such as `latency`; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

#[derive(clap::Subcommand)]
enum Subject {
    /// Measure the desktop app against a minimal Tauri app with a tray icon.
    Desktop(desktop::Args),
}

/// Builds the programs and runs the benchmark.
///
/// # Errors
/// The errors of [`service`] and [`desktop::desktop`].
pub(crate) fn bench(args: &Args) -> Result<()> {
    let context = Context::new(Vec::new())?;
    match &args.subject {
        Some(Subject::Desktop(args)) => desktop::desktop(&context, args),
        None => service(&context, args),
    }
}

/// Builds the service and the benchmark, installs Flask in a virtualenv, and runs the benchmark.
///
/// # Errors
/// The build fails, a package cannot be installed, or a measurement fails. A slow result is not an error.
fn service(context: &Context, args: &Args) -> Result<()> {
    provision::for_building(context)?;
    let python = virtualenv(context, &interpreter(&args.python)?)?;
    if let Err(error) = peer(context, &python) {
        eprintln!("warning: Jupyter Server could not be installed and will not be measured: {error:#}");
    }
    eprintln!("building runtray and its benchmark (release profile); the first time takes several minutes");
    must(&mut context.cargo(&["build", "--release", "--package", "runtray-cli", "--package", "runtray-bench"]))?;
    provision::for_builtin_python()?;
    if let Ending::Skipped(reason) = builtin_python::build(context)? {
        eprintln!("the built-in Python will not be measured: {reason}");
    }
    let mut bench = context.command(&program(context, "release", "runtray-bench").display().to_string());
    bench.arg("service").arg("--runtray").arg(program(context, "release", "runtray"));
    bench.arg("--flask-service").arg(context.root.join("bench/flask_service.py"));
    bench.arg("--python").arg(python).arg("--json").arg(results(context, args.json.as_deref(), "bench.json")?);
    bench.args(args.quick.then_some("--quick")).args(args.only.iter().flat_map(|name| ["--only", name]));
    must(&mut bench)
}

/// The path of a program in the output folder of a profile.
fn program(context: &Context, folder: &str, name: &str) -> PathBuf {
    context.cache.path("target-native").join(folder).join(name).with_extension(EXE_EXTENSION)
}

/// The absolute path of the results. A relative `wanted` is resolved against the user's folder, not the clone's.
fn results(context: &Context, wanted: Option<&Path>, usual: &str) -> Result<PathBuf> {
    wanted.map_or_else(|| Ok(context.cache.path(usual)), |path| Ok(std::path::absolute(path)?))
}

/// The interpreter that `python` starts: `python` may be the shim of a version manager.
fn interpreter(python: &Path) -> Result<PathBuf> {
    output(Command::new(python).args(["-c", "import sys; print(sys.executable)"]))
        .map(PathBuf::from)
        .with_context(|| format!("{} is not a Python that runs; name one with --python", python.display()))
}

/// The Python of a virtualenv in the cache that has Flask installed. The virtualenv is made again when the interpreter or the
/// requirements change.
fn virtualenv(context: &Context, interpreter: &Path) -> Result<PathBuf> {
    let requirements = context.root.join("bench/requirements.txt");
    let wanted = format!("{}\n{}", interpreter.display(), fs::read_to_string(&requirements)?);
    let folder = context.cache.path("bench-venv");
    let inside = venv::python(&folder);
    once(&folder.join("made-for.txt"), &wanted, || {
        eprintln!("installing Flask in {}", folder.display());
        venv::make(interpreter, &folder)?;
        venv::install(&inside, &requirements)
    })?;
    Ok(inside)
}

/// Installs the peer, Jupyter Server, in the virtualenv of `python`.
fn peer(context: &Context, python: &Path) -> Result<()> {
    let requirements = context.root.join("bench/requirements-jupyter.txt");
    let wanted = fs::read_to_string(&requirements)?;
    once(&context.cache.path("bench-venv").join("peer-made-for.txt"), &wanted, || {
        eprintln!("installing Jupyter Server beside it");
        venv::install(python, &requirements)
    })
}
