//! The web side: `clients/js` and `examples/`, built and tested with npm, Chromium and the real service.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::npm::{npm, packages};
use crate::step::{Ending, must, once};
use crate::{apt, node, provision, venv};

const CLIENT: &str = "clients/js";
const PAGE: &str = "examples/next-ide";
const ELEMENT: &str = "examples/terminal-element";
/// Node.js 20 and 22, Deno and Bun.
const RUNTIMES: &str = "clients/js/tests/runtimes";
const CHROMIUM: &str = "/usr/bin/chromium";

/// The tests, figures or pictures to make; without any, the page is served.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Test the client, the element, the page and the examples.
    #[arg(long)]
    test: bool,
    /// Measure start, answer, page, fallback, and the answers while the service stops and starts.
    #[arg(long, conflicts_with = "test")]
    figures: bool,
    /// Take pictures of the pages in this folder, in every state, width and colour scheme.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["test", "figures"])]
    pictures: Option<PathBuf>,
}

/// Builds the client, and tests it or serves the page that uses it.
///
/// # Errors
/// A package is missing, something does not build, or a test fails.
pub(crate) fn web(args: &Args) -> Result<()> {
    let context = Context::new(Vec::new())?;
    if !args.test && !args.figures && args.pictures.is_none() {
        return serve(&context);
    }
    if let Ending::Skipped(reason) = prepare(&context)? {
        anyhow::bail!("{reason}");
    }
    must(&mut context.cargo(&["build", "--workspace", "--bin", "runtray"]))?;
    if args.test {
        return test(&context).map(drop);
    }
    build(&context)?;
    match &args.pictures {
        Some(folder) => pictures(&context, folder),
        None => must(tests(&context)?.args(["run", "figures"])),
    }
}

/// Runs the tests that show pages, which take pictures when a folder for them is named.
fn pictures(context: &Context, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let folder = folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))?;
    must(tests(context)?.args(["run", "pictures"]).env("RUNTRAY_WEB_PICTURES", &folder))?;
    eprintln!("the pictures are in {}", folder.display());
    Ok(())
}

/// Installs packages for the tests: packages of the system and of npm, and a Python with the libraries of the examples.
///
/// # Errors
/// A package cannot be installed.
pub(crate) fn prepare(context: &Context) -> Result<Ending> {
    provision::for_web()?;
    if let Some(reason) = missing() {
        return Ok(Ending::Skipped(reason));
    }
    node::fetch(context)?;
    for folder in [CLIENT, PAGE, ELEMENT, RUNTIMES] {
        packages(context, folder)?;
    }
    python(context)?;
    Ok(Ending::Done)
}

/// Checks, builds and tests everything.
///
/// # Errors
/// A test failed.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    if let Some(reason) = missing() {
        return Ok(Ending::Skipped(reason));
    }
    build(context)?;
    must(npm(context, CLIENT)?.args(["run", "check"]))?;
    must(tests(context)?.args(["run", "test"]))?;
    Ok(Ending::Done)
}

fn build(context: &Context) -> Result<()> {
    must(npm(context, CLIENT)?.args(["run", "build"]))
}

/// npm with the tests' environment variables.
fn tests(context: &Context) -> Result<Command> {
    let mut command = npm(context, CLIENT)?;
    let program = context.cache.path("target-native/debug/runtray").with_extension(std::env::consts::EXE_EXTENSION);
    command.env("RUNTRAY_TEST_PROGRAM", program).env("RUNTRAY_TEST_PYTHON", venv::python(&folder(context)));
    command.env("RUNTRAY_TEST_CHROMIUM", CHROMIUM).env("NEXT_TELEMETRY_DISABLED", "1");
    Ok(command)
}

/// The folder of the client, if its packages and the page's are installed and a browser is there.
pub(crate) fn installed(context: &Context) -> Option<PathBuf> {
    let has_packages = |folder: &str| context.root.join(folder).join("node_modules").exists();
    let is_installed = missing().is_none() && has_packages(CLIENT) && has_packages(PAGE);
    is_installed.then(|| context.root.join(CLIENT))
}

fn missing() -> Option<String> {
    (!Path::new(CHROMIUM).exists())
        .then(|| format!("there is no {CHROMIUM}; the pages are tested with Debian's Chromium"))
}

/// Serves the example page until Ctrl+C. The service is the user's own.
fn serve(context: &Context) -> Result<()> {
    if apt::is_here() {
        provision::for_web()?;
    }
    node::fetch(context)?;
    packages(context, CLIENT)?;
    packages(context, PAGE)?;
    build(context)?;
    must(npm(context, PAGE)?.args(["run", "build"]).env("NEXT_TELEMETRY_DISABLED", "1"))?;
    eprintln!("open http://localhost:3001/ide; `cargo xtask run` starts Runtray beside it");
    must(npm(context, PAGE)?.args(["run", "start"]).env("NEXT_TELEMETRY_DISABLED", "1"))
}

/// A virtual environment with the libraries that the examples use.
fn python(context: &Context) -> Result<()> {
    let requirements = context.root.join(CLIENT).join("tests/requirements.txt");
    let wanted = fs::read_to_string(&requirements).context("the list of Python packages cannot be read")?;
    let folder = folder(context);
    once(&folder.join("made-for.txt"), &wanted, || {
        eprintln!("installing requests, httpx, pandas and matplotlib in {}", folder.display());
        venv::make(Path::new("python3"), &folder)?;
        venv::install(&venv::python(&folder), &requirements)
    })
}

/// The Python of that environment, if it was made.
pub(crate) fn science(context: &Context) -> Option<PathBuf> {
    let folder = folder(context);
    folder.join("made-for.txt").exists().then(|| venv::python(&folder))
}

/// The folder of that environment.
fn folder(context: &Context) -> PathBuf {
    context.cache.path("web-venv")
}
