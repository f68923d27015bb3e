//! The built-in Python: `runtray-python`, and the files shipped beside it.

mod artifact;
pub(crate) mod inputs;
mod place;
pub(crate) mod science;
pub(crate) mod windows;

use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::Value;

use crate::context::Context;
use crate::step::{Ending, must};
use crate::{packs, provision};

/// The package, a workspace of its own.
pub(crate) const MANIFEST: &str = "crates/builtin-python/Cargo.toml";

/// The system that the built-in Python is made on, as Rust names it.
const LINUX: &str = "x86_64-unknown-linux-gnu";

/// The other system that it is tested for.
const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// The reason why the built-in Python cannot be made on this system.
const NOT_HERE: &str = "the built-in Python is made on Linux (x86_64), for every system";

/// The parts to make.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also for Windows (x86_64) and macOS (Apple silicon, Intel).
    #[arg(long)]
    every_target: bool,
    /// Also copy the files that are shipped for every system into this folder, for machines that cannot make it.
    #[arg(long, value_name = "FOLDER", requires = "every_target")]
    copy_to: Option<PathBuf>,
    /// Also check, build and test `runtray-python` for Windows, under Wine.
    #[arg(long)]
    windows: bool,
    /// Test `runtray-python` with it.
    #[arg(long)]
    test: bool,
}

/// Makes the built-in Python, and prints its folder.
///
/// # Errors
/// The errors of [`build`] and [`test()`].
pub(crate) fn builtin_python(args: &Args) -> Result<()> {
    let context = Context::new(Vec::new())?;
    provision::for_builtin_python()?;
    if args.every_target {
        let Some(folder) = artifact::make(&context)? else { anyhow::bail!(NOT_HERE) };
        for target in artifact::OTHER_TARGETS {
            artifact::add(&context, &folder, target)?;
        }
        eprintln!("what is shipped for every system is in {}", folder.display());
        if let Some(to) = &args.copy_to {
            inputs::copy(&folder, to)?;
        }
    }
    if let Ending::Skipped(reason) = build(&context)? {
        eprintln!("{reason}");
        return Ok(());
    }
    eprintln!("the built-in Python is {}", program(&context).display());
    if args.windows
        && let Ending::Skipped(reason) = windows::check(&context)?
    {
        eprintln!("{reason}");
    }
    if args.test { test(&context).map(drop) } else { Ok(()) }
}

/// Builds the missing files of the cache, and the program beside them.
///
/// # Errors
/// The wheels cannot be fetched or have an unexpected hash, or something does not compile.
pub(crate) fn build(context: &Context) -> Result<Ending> {
    let Some(artifact) = artifact::make(context)? else { return Ok(Ending::Skipped(NOT_HERE.to_owned())) };
    must(&mut context.cargo(&["build", "--release", "--manifest-path", MANIFEST, "--bin", "runtray-python"]))?;
    place::artifact(&artifact, LINUX, &folder(context))?;
    place::weigh(&folder(context))?;
    Ok(Ending::Done)
}

/// Puts the files for `target` into `to`, out of a folder with those for every system.
///
/// # Errors
/// `everywhere` has none for `target`, or a file cannot be copied.
pub(crate) fn place_for(everywhere: &Path, target: &str, to: &Path) -> Result<()> {
    place::artifact(everywhere, target, to)
}

/// The tests of the program.
///
/// # Errors
/// A test failed.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    if !program(context).exists() {
        return Ok(Ending::Skipped(NOT_HERE.to_owned()));
    }
    let mut test = context.cargo(&["test", "--release", "--manifest-path", MANIFEST, "--no-fail-fast", "--"]);
    must(test.args(&context.filter))?;
    Ok(Ending::Done)
}

/// Puts the program, its files and the programs for its packages into `folder`, where a service in that folder finds it.
///
/// # Errors
/// The errors of [`build`]; or a file cannot be copied.
pub(crate) fn install(context: &Context, to: &Path, profile: science::Profile) -> Result<()> {
    provision::for_builtin_python()?;
    if let Ending::Skipped(reason) = build(context)? {
        eprintln!("without the built-in Python: {reason}");
        return Ok(());
    }
    place::artifact(&folder(context).join(place::ARTIFACT), LINUX, to)?;
    place::program(&program(context), to)?;
    science::install(context, to, profile)?;
    packs::install(context, to)
}

/// The parts of the built-in Python, with name, version and licence of each. Makes it if it is missing.
///
/// # Errors
/// The built-in Python cannot be made here, or does not name its parts: packages would lack its licences.
pub(crate) fn parts(context: &Context) -> Result<Vec<Value>> {
    let Some(artifact) = artifact::make(context)? else { anyhow::bail!(NOT_HERE) };
    place::parts(&artifact)
}

/// The program, built or not.
pub(crate) fn program(context: &Context) -> PathBuf {
    folder(context).join(place::PROGRAM)
}

fn folder(context: &Context) -> PathBuf {
    context.cache.path("target-native/release")
}
