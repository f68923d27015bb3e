//! The built-in Python for Windows: cross-compiled, and tested under Wine.
//!
//! Compiling and testing it takes a quarter of an hour on two cores, and it rarely changes. So both are kept in the cache under
//! a hash of their inputs, and done again only when one of these changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{MANIFEST, NOT_HERE, WINDOWS, artifact, inputs, place};
use crate::context::Context;
use crate::step::{Ending, must};
use crate::wine::Prefix;
use crate::{debian, provision, wine};

/// The folder of the build output in the cache.
const TARGET_FOLDER: &str = "target-windows-python";

/// The program's file name.
const PROGRAM: &str = "runtray-python.exe";

/// The inputs of the program, besides the artifact that it runs, and the inputs of its tests.
const SOURCES: &[&str] = &["Cargo.toml", "Cargo.lock", "src", "guest/wit"];
const TESTS: &str = "tests";

/// How the program is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// For users.
    Release,
    /// For tests, in half the time. The Python inside is as fast.
    Quick,
}

impl Profile {
    /// Its name in the manifest, and the name of its folder.
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Quick => "quick",
        }
    }
}

/// A folder of the cache with files that are ready to be packed.
pub(crate) struct Made(PathBuf);

impl Made {
    /// The program.
    pub(crate) fn program(&self) -> PathBuf {
        self.0.join(PROGRAM)
    }

    /// The folder that belongs beside it. It may contain a folder with the program's unpacked files.
    pub(crate) fn files(&self) -> PathBuf {
        self.0.join(place::ARTIFACT)
    }
}

/// Makes the program and the files beside it, unless the cache has them. `None` where they cannot be made.
///
/// # Errors
/// The errors of [`super::build`]; or the program does not compile.
pub(crate) fn make(context: &Context, profile: Profile) -> Result<Option<Made>> {
    if debian::missing().is_some() {
        return Ok(None);
    }
    provision::for_builtin_python()?;
    let Some(made) = artifact::make(context)? else { return Ok(None) };
    let hash = inputs::hash(context, SOURCES, &[name(&made), profile.name().to_owned()])?;
    let folder = context.cache.path(format!("builtin-python-windows-{hash}"));
    if !folder.exists() {
        eprintln!("making the built-in Python for Windows, once for this version");
        artifact::add(context, &made, WINDOWS)?;
        must(cargo(context, "build", profile)?.args(["--bin", "runtray-python"]))?;
        let unfinished = context.cache.path("builtin-python-windows.unfinished");
        fs::remove_dir_all(&unfinished).ok();
        place::artifact(&made, WINDOWS, &unfinished)?;
        fs::copy(output(context, profile).join(PROGRAM), unfinished.join(PROGRAM))
            .context("cannot copy the program")?;
        fs::rename(&unfinished, &folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    Ok(Some(Made(folder)))
}

/// Makes the program, as a step.
///
/// # Errors
/// The errors of [`make`].
pub(crate) fn build(context: &Context) -> Result<Ending> {
    let Some(made) = make(context, Profile::Quick)? else { return Ok(skipped()) };
    place::weigh(&made.0)?;
    Ok(Ending::Done)
}

/// Runs the tests under Wine, unless the same sources have passed.
///
/// # Errors
/// The errors of [`make`]; or a test fails, or Wine cannot be set up.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    let Some(made) = make(context, Profile::Quick)? else { return Ok(skipped()) };
    let hash = inputs::hash(context, &[TESTS], &[name(&made.0)])?;
    let passed = context.cache.path("builtin-python-windows.passed");
    if fs::read_to_string(&passed).is_ok_and(|known| known == hash) {
        return Ok(Ending::Skipped("the same sources have passed".to_owned()));
    }
    test_program(context, &made)?;
    if context.filter.is_empty() {
        fs::write(&passed, hash).with_context(|| format!("cannot write {}", passed.display()))?;
    }
    Ok(Ending::Done)
}

/// Runs clippy, makes the program and tests it.
///
/// # Errors
/// The errors of [`test()`]; or clippy reports a warning.
pub(super) fn check(context: &Context) -> Result<Ending> {
    let Some(made) = make(context, Profile::Quick)? else { return Ok(skipped()) };
    must(cargo(context, "clippy", Profile::Quick)?.args(["--all-targets", "--", "-D", "warnings"]))?;
    test_program(context, &made)?;
    eprintln!("the built-in Python for Windows is {}", made.program().display());
    Ok(Ending::Done)
}

fn test_program(context: &Context, made: &Made) -> Result<()> {
    must(cargo(context, "test", Profile::Quick)?.arg("--no-run"))?;
    copy_files(&made.files(), &output(context, Profile::Quick).join(place::ARTIFACT))?;
    let prefix = Prefix::open(context)?;
    let mut test = cargo(context, "test", Profile::Quick)?;
    test.args(["--no-fail-fast", "--"]).args(&context.filter);
    prefix.set(&mut test);
    must(&mut test)
}

/// Copies the files of a folder, without the folders in it, into a new one.
fn copy_files(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to).with_context(|| format!("cannot empty {}", to.display()))?;
    }
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
        let entry = entry?.path();
        if let Some(name) = entry.file_name().filter(|_| entry.is_file()) {
            fs::copy(&entry, to.join(name)).with_context(|| format!("cannot copy {}", entry.display()))?;
        }
    }
    Ok(())
}

/// The name of a folder that ends with a hash.
fn name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn skipped() -> Ending {
    Ending::Skipped(debian::missing().unwrap_or_else(|| NOT_HERE.to_owned()))
}

fn output(context: &Context, profile: Profile) -> PathBuf {
    context.cache.path(TARGET_FOLDER).join(WINDOWS).join(profile.name())
}

fn cargo(context: &Context, task: &str, profile: Profile) -> Result<Command> {
    let args = [task, "--profile", profile.name(), "--manifest-path", MANIFEST];
    let mut command = debian::cargo(context, WINDOWS, TARGET_FOLDER, &args)?;
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", wine::COMPILER);
    command.env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine::RUNNER);
    Ok(command)
}
