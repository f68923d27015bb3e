//! Checks and tests for Windows: cross-compiled on Debian, run under Wine.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::builtin_python::windows::Profile;
use crate::context::Context;
use crate::life::{self, Life};
use crate::step::{Ending, must};
use crate::wine::Prefix;
use crate::{builtin_python, debian, package, wine};

/// The cross-compiler, Wine, and a display server for programs with windows.
pub(crate) const PACKAGES: &[&str] =
    &["gcc-mingw-w64-x86-64", "binutils-mingw-w64-x86-64", "wine", "wine64", "xvfb", "xdotool", "openbox"];

const TARGET: &str = "x86_64-pc-windows-gnu";

/// The folder of the build output in the cache.
const TARGET_FOLDER: &str = "target-windows";

/// The packages that are shipped; xtask only runs on developers' machines. Every command builds all of them: a part alone would
/// enable other features of the dependencies and build these again.
const SHIPPED: &[&str] = &["runtray-engine", "runtray-wire", "runtray-service", "runtray-cli", "runtray-desktop"];

/// The app and the DLL that it needs beside it.
const APP: &[&str] = &["runtray-desktop.exe", "WebView2Loader.dll"];

/// Runs clippy for Windows.
///
/// # Errors
/// Clippy reports a warning, or the code does not compile.
pub(crate) fn clippy(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    must(cargo(context, "clippy")?.args(["--all-targets", "--", "-D", "warnings"]))?;
    Ok(Ending::Done)
}

/// Builds the service, `runtray.exe`, the app, the fake interpreter and their tests. `cargo test --no-run` builds all with the
/// same features, so that no package is built twice.
///
/// # Errors
/// The build fails, or a file that ships with the app is missing.
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

/// Runs the tests under Wine.
///
/// # Errors
/// A test fails, or Wine cannot be set up.
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
    if let Some(python) = builtin_python::windows::make(context, Profile::Quick)? {
        test.env("RUNTRAY_TEST_BUILTIN_PYTHON", wine::path(&python.program()));
    }
    // The DLL that the app's own tests are linked with lies in another folder.
    test.env("WINEPATH", wine::path(&programs(context)));
    // insta would find the snapshots by asking a Linux cargo for the workspace's root; tell it the path as Wine sees it.
    test.env("INSTA_WORKSPACE_ROOT", wine::path(&context.root)).env("INSTA_UPDATE", "no");
    must(&mut test)?;
    Ok(Ending::Done)
}

/// Makes the installers that the tests run.
///
/// # Errors
/// A tool of packages cannot be installed, or fails.
pub(crate) fn installers(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    package::for_test_of_windows(context, &setups(context))?;
    Ok(Ending::Done)
}

/// Tests the app for Windows and its installer under Wine, on a display with a place for tray icons: everything but the tests of
/// [`life()`], or those that the filter chooses.
///
/// # Errors
/// A test fails, or Wine cannot be set up.
pub(crate) fn app(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    let skipped = life::TESTS.iter().filter(|_| context.filter.is_empty());
    test_app(context, skipped.flat_map(|tests| ["--skip", tests]).chain(context.filter.iter().map(String::as_str)))?;
    Ok(Ending::Done)
}

/// Tests whole installations under Wine, unless the same installer has passed.
///
/// # Errors
/// The errors of [`app`].
pub(crate) fn life(context: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    if !context.filter.is_empty() {
        return Ok(Ending::Skipped("the filter has chosen the tests".to_owned()));
    }
    let life = Life::of(context)?;
    if let Some(when) = life.passed(context) {
        return Ok(Ending::Skipped(format!(
            "unchanged since {when}; `--only windows -- setup` runs them all the same"
        )));
    }
    test_app(context, life::TESTS.into_iter())?;
    life.note(context)?;
    Ok(Ending::Done)
}

fn test_app<'a>(context: &Context, arguments: impl Iterator<Item = &'a str>) -> Result<()> {
    let prefix = Prefix::open(context)?;
    let mut test = context.cargo(&["test", "--workspace", "--test", "wine", "--", "--ignored"]);
    test.args(arguments).env("RUNTRAY_TEST_WINDOWS_PROGRAMS", programs(context));
    test.env("RUNTRAY_TEST_SETUP", setups(context));
    prefix.set(&mut test);
    must(&mut test)
}

/// Builds the programs that are shipped, optimised, with these variables.
///
/// # Errors
/// A program does not build.
pub(crate) fn build_release(context: &Context, variables: Option<(&str, String)>) -> Result<()> {
    must(cargo(context, "build")?.args(["--bins", "--release"]).envs(variables))
}

/// The folder of the programs for Windows that are built with the profile whose folder this is.
pub(crate) fn programs_of(context: &Context, profile: &str) -> PathBuf {
    context.cache.path(TARGET_FOLDER).join(TARGET).join(profile)
}

/// The folder of the installers that are tested.
fn setups(context: &Context) -> PathBuf {
    context.cache.path("setups")
}

/// The folder of the programs for Windows that are tested.
fn programs(context: &Context) -> PathBuf {
    programs_of(context, "debug")
}

fn cargo(context: &Context, task: &str) -> Result<Command> {
    let mut command = debian::cargo(context, TARGET, TARGET_FOLDER, &[task])?;
    command.args(SHIPPED.iter().flat_map(|package| ["--package", package]));
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", wine::COMPILER);
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine::RUNNER);
    Ok(command)
}
