//! `runtray-packs`: the program that adds packages to the built-in Python, shipped beside it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::builtin_python;
use crate::context::Context;
use crate::step::{Ending, must, output};

#[path = "../../crates/packs/src/index/pip_help.rs"]
mod pip_help;

/// The package, a workspace of its own.
pub(crate) const MANIFEST: &str = "crates/packs/Cargo.toml";

/// The program's file name.
pub(crate) const PROGRAM: &str = if cfg!(windows) { "runtray-packs.exe" } else { "runtray-packs" };

/// The variable that builds the package index into the program, for machines without a setting for it.
const INDEX: &str = "RUNTRAY_PACKAGE_INDEX";

/// Builds the program.
///
/// # Errors
/// The program does not compile.
pub(crate) fn build(context: &Context) -> Result<Ending> {
    let mut build = context.cargo(&["build", "--release", "--locked", "--manifest-path", MANIFEST]);
    must(build.envs(index(context)))?;
    Ok(Ending::Done)
}

/// Builds and tests the program.
///
/// # Errors
/// The program does not compile, or a test fails.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    build(context)?;
    let mut test =
        context.cargo(&["test", "--release", "--locked", "--manifest-path", MANIFEST, "--no-fail-fast", "--"]);
    // Without the variable, so that a test finds no index unless it names one.
    must(test.args(&context.filter).env_remove(INDEX))?;
    // The tests replace the program by one that was built without a default.
    build(context)
}

/// Puts the program into `folder`, where the built-in Python is.
///
/// # Errors
/// The program does not compile, or cannot be copied.
pub(crate) fn install(context: &Context, folder: &Path) -> Result<()> {
    build(context)?;
    let (from, to, new) = (program(context), folder.join(PROGRAM), folder.join("runtray-packs.new"));
    if fs::read(&from).ok() == fs::read(&to).ok() {
        return Ok(());
    }
    fs::copy(&from, &new).and_then(|_| fs::rename(&new, &to)).with_context(|| format!("cannot make {}", to.display()))
}

fn program(context: &Context) -> PathBuf {
    builtin_python::program(context).with_file_name(PROGRAM)
}

/// The variable with the package index that the program is built with, if pip has one built in.
pub(crate) fn index(context: &Context) -> Option<(&'static str, String)> {
    default_index(context).map(|index| (INDEX, index))
}

/// The address of the package index that pip has built in. Nothing in this repository names it.
fn default_index(context: &Context) -> Option<String> {
    let help = output(context.command("python3").args(["-m", "pip", "help", "download"]).env("COLUMNS", "1000"))?;
    pip_help::default_address(&help)
}
