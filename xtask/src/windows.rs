//! Everything for Windows: cross-built on Debian, tested under Wine.

use std::process::Command;

use anyhow::Result;

use crate::context::Context;
use crate::step::{Ending, must};
use crate::wine::Prefix;
use crate::{debian, wine};

/// The cross-compiler, and what runs its programs.
pub(crate) const PACKAGES: &[&str] = &["gcc-mingw-w64-x86-64", "binutils-mingw-w64-x86-64", "wine", "wine64"];

const TARGET: &str = "x86_64-pc-windows-gnu";

/// What is shipped; xtask is for developers' machines.
const SHIPPED: &[&str] = &["--package", "runtray-engine", "--package", "runtray-service", "--package", "runtray-cli"];

/// Clippy has nothing to say about the code for Windows.
///
/// # Errors
/// It has.
pub(crate) fn clippy(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    must(cargo(context, "clippy")?.args(["--all-targets", "--", "-D", "warnings"]))?;
    Ok(Ending::Done)
}

/// The service, `runtray.exe` and the stand-in interpreter are built, and so are their tests.
///
/// # Errors
/// They cannot be.
pub(crate) fn build(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    must(cargo(context, "build")?.args(["--bins", "--examples"]))?;
    must(cargo(context, "test")?.args(["--lib", "--bins", "--tests", "--no-run"]))?;
    Ok(Ending::Done)
}

/// The tests pass under Wine.
///
/// # Errors
/// One does not, or Wine cannot be set up.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    let prefix = Prefix::open(context)?;
    let mut test = cargo(context, "test")?;
    test.args(["--lib", "--bins", "--tests", "--no-fail-fast", "--"]).args(&context.filter);
    prefix.set(&mut test);
    // Snapshots are found from the root of the clone, which insta would ask a Linux cargo for.
    test.env("INSTA_WORKSPACE_ROOT", wine::path(&context.root)).env("INSTA_UPDATE", "no");
    must(&mut test)?;
    Ok(Ending::Done)
}

fn cargo(context: &Context, task: &str) -> Result<Command> {
    let mut command = debian::cargo(context, TARGET, "target-windows", &[&[task], SHIPPED].concat())?;
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", wine::COMPILER);
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine::RUNNER);
    Ok(command)
}
