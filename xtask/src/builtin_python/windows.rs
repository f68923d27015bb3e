//! The built-in Python for Windows: cross-compiled, and tested under Wine.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::{MANIFEST, NOT_HERE, WINDOWS, artifact, place};
use crate::context::Context;
use crate::step::{Ending, must};
use crate::wine::Prefix;
use crate::{debian, provision, wine};

/// The folder of the build output in the cache.
const TARGET_FOLDER: &str = "target-windows-python";

/// Runs clippy for Windows, makes the machine code, the program and its tests, and runs these under Wine.
///
/// # Errors
/// As for [`super::build`]; or clippy reports a warning, a test fails, or Wine cannot be set up.
pub(super) fn check(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    provision::for_builtin_python()?;
    let Some(artifact) = artifact::make(context)? else { return Ok(Ending::Skipped(NOT_HERE.to_owned())) };
    must(cargo(context, "clippy")?.args(["--all-targets", "--", "-D", "warnings"]))?;
    artifact::add(context, &artifact, WINDOWS)?;
    must(cargo(context, "test")?.arg("--no-run"))?;
    place::artifact(&artifact, WINDOWS, &folder(context))?;
    place::weigh(&folder(context))?;
    let prefix = Prefix::open(context)?;
    let mut test = cargo(context, "test")?;
    test.args(["--no-fail-fast", "--"]).args(&context.filter);
    prefix.set(&mut test);
    must(&mut test)?;
    Ok(Ending::Done)
}

/// The program for Windows, if it was built.
pub(crate) fn program(context: &Context) -> Option<PathBuf> {
    Some(folder(context).join("runtray-python.exe")).filter(|program| program.exists())
}

fn folder(context: &Context) -> PathBuf {
    context.cache.path(TARGET_FOLDER).join(WINDOWS).join("release")
}

fn cargo(context: &Context, task: &str) -> Result<Command> {
    let mut command =
        debian::cargo(context, WINDOWS, TARGET_FOLDER, &[task, "--release", "--manifest-path", MANIFEST])?;
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", wine::COMPILER);
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine::RUNNER);
    Ok(command)
}
