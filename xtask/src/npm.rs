//! npm in a folder of the clone: its packages as the lock file pins them, and its scripts.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::node;
use crate::step::{must, once};

/// Installs the packages of the lock file of `folder`, unless this file was installed before.
///
/// # Errors
/// The lock file is missing, or npm failed.
pub(crate) fn packages(context: &Context, folder: &str) -> Result<()> {
    let place = context.root.join(folder);
    let wanted = fs::read_to_string(place.join("package-lock.json"))
        .with_context(|| format!("{folder} has no package-lock.json"))?;
    let stamp = place.join("node_modules/.installed-for.json");
    once(&stamp, &wanted, || {
        eprintln!("installing the npm packages of {folder}");
        must(npm(context, folder)?.args(["ci", "--no-audit", "--no-fund"]))
    })
}

/// Installs the packages that the files in `pins`, a folder of the clone, pin into `folder`, and runs no script of theirs.
///
/// # Errors
/// A file cannot be copied, or npm failed.
pub(crate) fn pinned(context: &Context, pins: &str, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(context.root.join(pins).join(name), folder.join(name))?;
    }
    let mut npm = own(context, "npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
    must(npm.env("PATH", node::path(context)?))
}

/// The system's npm in `folder`, with a Node.js that is new enough.
///
/// # Errors
/// The errors of [`node::path`].
pub(crate) fn npm(context: &Context, folder: &str) -> Result<Command> {
    let mut command = own(context, "npm");
    command.current_dir(context.root.join(folder));
    command.env("PATH", node::path(context)?);
    Ok(command)
}

/// The system's npx in the root of the clone, with a Node.js that is new enough.
///
/// # Errors
/// The errors of [`node::path`].
pub(crate) fn npx(context: &Context) -> Result<Command> {
    let mut command = own(context, "npx");
    command.env("PATH", node::path(context)?);
    Ok(command)
}

/// A program of npm in the root of the clone. On Windows these are scripts, which start by their full names only.
pub(crate) fn own(context: &Context, program: &str) -> Command {
    context.command(&if cfg!(windows) { format!("{program}.cmd") } else { program.to_owned() })
}
