//! The desktop app's window in `ui/`, built and tested with npm.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::node;
use crate::step::{Ending, must};

/// Builds `ui/dist`, which is embedded in the desktop app.
///
/// # Errors
/// The npm packages cannot be installed, or the build fails.
pub(crate) fn build(context: &Context) -> Result<Ending> {
    node::fetch(context)?;
    packages(context)?;
    must(npm(context)?.args(["run", "build"]))?;
    Ok(Ending::Done)
}

/// Checks the window's types and style, and runs its tests.
///
/// # Errors
/// A check or a test fails.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    for script in ["check", "lint", "test"] {
        must(npm(context)?.args(["run", script]))?;
    }
    Ok(Ending::Done)
}

/// Installs the packages of the lock file, unless they were installed for the same lock file before.
fn packages(context: &Context) -> Result<()> {
    let folder = folder(context);
    let wanted = fs::read_to_string(folder.join("package-lock.json")).context("the window has no lock file")?;
    let stamp = folder.join("node_modules/.installed-for.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    eprintln!("installing the window's packages");
    must(npm(context)?.args(["ci", "--no-audit", "--no-fund"]))?;
    fs::write(stamp, wanted).context("cannot note what was installed")
}

/// The system's npm, with the fetched Node.js in `PATH` if there is one.
fn npm(context: &Context) -> Result<Command> {
    let mut command = context.command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(folder(context));
    command.env("PATH", node::path(context)?);
    Ok(command)
}

fn folder(context: &Context) -> PathBuf {
    context.root.join("ui")
}
