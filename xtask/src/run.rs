//! `cargo xtask run`: from a fresh clone to a running service.

use std::process::Command;

use anyhow::Result;

use crate::context::Context;
use crate::provision;
use crate::step::must;

/// How to run the service.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Build with optimisation: slower to build, faster to start and to answer.
    #[arg(long)]
    release: bool,
    /// Handed to `runtray serve`, such as `--port 5001`.
    #[arg(last = true)]
    service: Vec<String>,
}

/// Installs what is missing, builds the service and becomes it.
///
/// # Errors
/// A package is missing, it does not build, or it ended with an error.
pub(crate) fn run(args: &Args) -> Result<()> {
    let context = Context::new(Vec::new())?;
    provision::for_building(&context)?;
    let (profile, folder) = if args.release { ("release", "release") } else { ("dev", "debug") };
    eprintln!("building runtray ({profile} profile); the first time takes a few minutes");
    must(&mut context.cargo(&["build", "--package", "runtray-cli", "--profile", profile]))?;
    let program = context
        .cache
        .path("target-native")
        .join(folder)
        .join("runtray")
        .with_extension(std::env::consts::EXE_EXTENSION);
    eprintln!("starting {} serve; Ctrl+C stops it", program.display());
    become_program(Command::new(program).arg("serve").args(&args.service))
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
