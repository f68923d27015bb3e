//! Everything for Windows: cross-built on Debian, tested under Wine.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::context::Context;
use crate::step::{Ending, must};
use crate::wine::Prefix;
use crate::{debian, wine};

/// The cross-compiler, what runs its programs, and a display for those that have windows.
pub(crate) const PACKAGES: &[&str] =
    &["gcc-mingw-w64-x86-64", "binutils-mingw-w64-x86-64", "wine", "wine64", "xvfb", "xdotool", "openbox"];

const TARGET: &str = "x86_64-pc-windows-gnu";

/// The build output, in the cache.
const TARGET_FOLDER: &str = "target-windows";

/// What is shipped; xtask is for developers' machines. Always all of it: a part would be built once more, with the features that
/// this part alone asks its dependencies for.
const SHIPPED: &[&str] = &["runtray-engine", "runtray-wire", "runtray-service", "runtray-cli", "runtray-desktop"];

/// The app, and what Windows must find beside it.
const APP: &[&str] = &["runtray-desktop.exe", "WebView2Loader.dll"];

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

/// Builds the service, `runtray.exe`, the app, the fake interpreter and their tests. As tests, so that no package is built twice
/// with different features.
///
/// # Errors
/// They cannot be, or what the app is shipped with is not there.
pub(crate) fn build(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    must(cargo(context, "test")?.arg("--no-run"))?;
    for file in APP {
        ensure!(programs(context).join(file).exists(), "{file} was not built into {}", programs(context).display());
    }
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
    eprintln!("without the app's commands: Tauri's mock runtime hangs under Wine 8; they are tested on this machine");
    test.args(["--lib", "--bins", "--tests", "--no-fail-fast", "--", "--skip", "tests::commands::"])
        .args(&context.filter);
    prefix.set(&mut test);
    // The app's own tests lie in another folder than the DLL that they are linked with.
    test.env("WINEPATH", wine::path(&programs(context)));
    // Snapshots are found from the root of the clone, which insta would ask a Linux cargo for.
    test.env("INSTA_WORKSPACE_ROOT", wine::path(&context.root)).env("INSTA_UPDATE", "no");
    must(&mut test)?;
    Ok(Ending::Done)
}

/// The app for Windows, on a display with a place for tray icons, does what it should.
///
/// # Errors
/// It does not, or Wine cannot be set up.
pub(crate) fn app(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    let prefix = Prefix::open(context)?;
    let mut test = context.cargo(&["test", "--workspace", "--test", "wine", "--", "--ignored"]);
    test.args(&context.filter).env("RUNTRAY_TEST_WINDOWS_PROGRAMS", programs(context));
    prefix.set(&mut test);
    must(&mut test)?;
    Ok(Ending::Done)
}

/// Where the programs for Windows are built.
fn programs(context: &Context) -> PathBuf {
    context.cache.path(TARGET_FOLDER).join(TARGET).join("debug")
}

fn cargo(context: &Context, task: &str) -> Result<Command> {
    let mut command = debian::cargo(context, TARGET, TARGET_FOLDER, &[task])?;
    command.args(SHIPPED.iter().flat_map(|package| ["--package", package]));
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", wine::COMPILER);
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine::RUNNER);
    Ok(command)
}
