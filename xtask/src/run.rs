//! `cargo xtask run`: from a fresh clone to the app in the tray, or to the service alone.

use std::process::Command;

use anyhow::Result;

use crate::context::Context;
use crate::step::must;
use crate::{builtin_python, provision, ui};

/// How to run Runtray.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Without a desktop: `runtray serve`.
    #[arg(long)]
    headless: bool,
    /// Build with optimisation: slower to build, faster to start and to answer.
    #[arg(long)]
    release: bool,
    /// Handed to the program, such as `--port 5001`.
    #[arg(last = true)]
    service: Vec<String>,
}

/// What is built, and how it is started.
struct Subject {
    package: &'static str,
    program: &'static str,
    args: &'static [&'static str],
}

const DESKTOP: Subject = Subject { package: "runtray-desktop", program: "runtray-desktop", args: &[] };
const HEADLESS: Subject = Subject { package: "runtray-cli", program: "runtray", args: &["serve"] };

/// Installs what is missing, builds the app and becomes it.
///
/// # Errors
/// A package is missing, it does not build, or it ended with an error.
pub(crate) fn run(args: &Args) -> Result<()> {
    let context = Context::new(Vec::new())?;
    let subject = if args.headless { HEADLESS } else { DESKTOP };
    prepare(&context, args.headless)?;
    let (profile, folder) = if args.release { ("release", "release") } else { ("dev", "debug") };
    eprintln!("building {} ({profile} profile); the first time takes several minutes", subject.program);
    must(&mut context.cargo(&["build", "--package", subject.package, "--profile", profile]))?;
    let folder = context.cache.path("target-native").join(folder);
    builtin_python::install(&context, &folder)?;
    let program = folder.join(subject.program);
    let program = program.with_extension(std::env::consts::EXE_EXTENSION);
    eprintln!("starting {}; Ctrl+C stops it", program.display());
    become_program(Command::new(program).args(subject.args).args(&args.service))
}

fn prepare(context: &Context, headless: bool) -> Result<()> {
    if headless {
        provision::for_building(context)?;
        return Ok(());
    }
    eprintln!("the app in the tray; `cargo xtask run --headless` runs the service without a desktop");
    provision::for_desktop(context)?;
    ui::build(context)?;
    Ok(())
}

/// Takes this process's place, so that Ctrl+C and exit codes are the service's own.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<()> {
    must(command)
}
