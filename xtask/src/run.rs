//! `cargo xtask run`: builds and starts the desktop app, or the service alone.

use std::process::Command;

use anyhow::Result;

use crate::context::Context;
use crate::step::must;
use crate::{builtin_python, provision, ui};

/// Options of `cargo xtask run`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run the service without a desktop (`runtray serve`).
    #[arg(long)]
    headless: bool,
    /// Build with optimisation: the build takes longer, the app starts and answers faster.
    #[arg(long)]
    release: bool,
    /// Arguments for the program, such as `--port 5001`.
    #[arg(last = true)]
    service: Vec<String>,
}

/// A program to build and start.
struct Subject {
    package: &'static str,
    program: &'static str,
    args: &'static [&'static str],
}

const DESKTOP: Subject = Subject { package: "runtray-desktop", program: "runtray-desktop", args: &[] };
const HEADLESS: Subject = Subject { package: "runtray-cli", program: "runtray", args: &["serve"] };

/// Installs missing packages, builds the program and replaces this process with it.
///
/// # Errors
/// A package is missing, the build fails, or the program cannot be started.
pub(crate) fn run(args: &Args) -> Result<()> {
    let context = Context::new(Vec::new())?;
    let subject = if args.headless { HEADLESS } else { DESKTOP };
    prepare(&context, args.headless)?;
    let (profile, folder) = if args.release { ("release", "release") } else { ("dev", "debug") };
    eprintln!("building {} ({profile} profile); the first time takes several minutes", subject.program);
    must(&mut context.cargo(&["build", "--package", subject.package, "--profile", profile]))?;
    let folder = context.cache.path("target-native").join(folder);
    builtin_python::install(&context, &folder, builtin_python::science::Profile::Quick)?;
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
    eprintln!("building the desktop app; `cargo xtask run --headless` runs the service without a desktop");
    provision::for_desktop(context)?;
    ui::build(context)?;
    Ok(())
}

/// Replaces this process, so that Ctrl+C and the exit code are the program's own.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec().into())
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<()> {
    must(command)
}
