//! The programs that are packaged.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::Packaging;
use crate::builtin_python::science::Profile;
use crate::context::Context;
use crate::step::{must, output};
use crate::{builtin_python, windows};

/// How the programs are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// Optimised, for users.
    Release,
    /// As the tests have built them.
    Test,
}

impl Build {
    /// Cargo's name of the profile's folder.
    pub(super) fn folder(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Test => "debug",
        }
    }
}

/// Builds the programs for Linux, unless the tests do, with the built-in Python beside them.
///
/// # Errors
/// A program does not build.
pub(super) fn for_linux(packaging: &Packaging<'_>) -> Result<()> {
    if packaging.build == Build::Release {
        eprintln!("==> programs for Linux; the first time takes minutes");
        let packages = ["--package", "runtray-cli", "--package", "runtray-desktop"];
        let mut build = packaging.context.cargo(&["build", "--release", "--bins"]);
        must(build.args(packages).envs(commit(packaging.context)))?;
    }
    let profile = match packaging.build {
        Build::Release => Profile::Release,
        Build::Test => Profile::Quick,
    };
    builtin_python::install(packaging.context, &linux(packaging), profile)
}

/// Builds the programs for Windows, unless the tests do.
///
/// # Errors
/// A program does not build.
pub(super) fn for_windows(packaging: &Packaging<'_>) -> Result<()> {
    if packaging.build == Build::Test {
        return Ok(());
    }
    eprintln!("==> programs for Windows; the first time takes minutes");
    windows::build_release(packaging.context, commit(packaging.context))
}

/// The variable with the commit, which the app shows.
pub(crate) fn commit(context: &Context) -> Option<(&'static str, String)> {
    let commit = output(context.command("git").args(["rev-parse", "--short=12", "HEAD"]))?;
    Some(("RUNTRAY_COMMIT", commit))
}

/// The folder of the programs for Linux.
pub(super) fn linux(packaging: &Packaging<'_>) -> PathBuf {
    packaging.context.cache.path("target-native").join(packaging.build.folder())
}

/// The folder of the programs for Windows.
pub(super) fn windows(packaging: &Packaging<'_>) -> PathBuf {
    windows::programs_of(packaging.context, packaging.build.folder())
}

/// A copy of a program without symbols, in the folder `to`: the profile of tests keeps them.
///
/// # Errors
/// The program is missing, or cannot be written.
pub(super) fn stripped(program: &Path, to: &Path, strip: &str) -> Result<PathBuf> {
    ensure!(program.exists(), "{} was not built", program.display());
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    let copy = to.join(program.file_name().unwrap_or_default());
    must(Command::new(strip).arg("--strip-all").arg("-o").arg(&copy).arg(program))?;
    Ok(copy)
}

/// Signs a program by the command in `SIGN_COMMAND`, if there is one.
///
/// # Errors
/// The command fails.
pub(super) fn sign(program: &Path) -> Result<()> {
    let Some(command) = sign_command() else { return Ok(()) };
    let mut shell = Command::new("sh");
    must(shell.args(["-c", &format!("{command} \"$1\""), "sh"]).arg(program)).context("SIGN_COMMAND did not sign")
}

/// The command that signs the file whose name follows it.
pub(super) fn sign_command() -> Option<String> {
    std::env::var("SIGN_COMMAND").ok().filter(|command| !command.trim().is_empty())
}
