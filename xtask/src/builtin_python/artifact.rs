//! `cargo xtask builtin-python`: builds the files that are shipped beside `runtray-python` from two wheels of the package index.
//!
//! The wheel `componentize-py` contains CPython for WASI, its standard library and the tool that builds a component of them;
//! `tzdata` contains the time zones. Both are pinned by hash. The result is cached under a hash of all its inputs: it is built
//! once, and later builds need no network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{MANIFEST, inputs};
use crate::context::Context;
use crate::step::must;

/// The requirements that pip downloads, each with the hash of its only wheel.
const REQUIREMENTS: &str = "\
componentize-py==0.25.1 --hash=sha256:8623cd8cab8453cb0cd8bf03f3c7103420d06f2f3d360186a280a70a1ca5e89f
tzdata==2025.2 --hash=sha256:1a403fada01ff9221ca8044d701868fa132215d84beb92242d9acd2147f667a8
";

/// The library in the wheel that contains CPython's standard library.
const CARRIER: &str = "componentize_py/componentize_py.abi3.so";

/// The folder in the wheel that contains the time zones.
const ZONES: &str = "tzdata/zoneinfo";

/// Python code that starts `componentize-py`: the wheel is unpacked, not installed, so it has no start script.
const COMPONENTIZE: &str = "import sys, componentize_py; sys.argv[0] = 'componentize-py'; componentize_py.script()";

/// The sources that the result depends on: the start-up code of the guest, and the code that compiles and packs.
const SOURCES: &[&str] =
    &["guest", "src/build", "src/engine.rs", "src/about.rs", "src/compression.rs", "src/library.rs"];

/// The packages in the lock file whose version determines the format of the machine code.
const COMPILERS: &[&str] = &["wasmtime", "cranelift-codegen"];

/// The file that is written last; if it exists, the result is complete.
const COMPLETE: &str = "about.json";

/// The systems that machine code can be added for.
pub(super) const OTHER_TARGETS: &[&str] = &[super::WINDOWS, "aarch64-apple-darwin", "x86_64-apple-darwin"];

/// Builds the missing files of the cache and returns its folder; `None` on systems other than Linux (x86_64).
///
/// # Errors
/// The wheels cannot be fetched, a wheel has another hash, or the code does not compile.
pub(super) fn make(context: &Context) -> Result<Option<PathBuf>> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(None);
    }
    let folder = place(context)?;
    if !folder.join(COMPLETE).exists() {
        eprintln!("making the built-in Python, once for this version (about four minutes)");
        let scratch = tempfolder(context)?;
        build(context, &scratch)?;
        fs::remove_dir_all(&folder).ok();
        fs::rename(scratch.join("output"), &folder).with_context(|| format!("cannot make {}", folder.display()))?;
        fs::remove_dir_all(&scratch).with_context(|| format!("cannot remove {}", scratch.display()))?;
    }
    Ok(Some(folder))
}

/// Adds machine code for `target` to the files that [`make`] made in `folder`, unless it is there.
///
/// # Errors
/// The code does not compile.
pub(super) fn add(context: &Context, folder: &Path, target: &str) -> Result<()> {
    let about = fs::read_to_string(folder.join(COMPLETE)).context("the built-in Python is not complete")?;
    if about.contains(&format!("\"{target}\"")) {
        return Ok(());
    }
    // The compiler for this processor compiles for every system on it.
    let feature = if target.starts_with("x86_64-") { "precompile" } else { "every-target" };
    must(builder(context, feature)?.arg(folder).args(["add", target]))
}

fn build(context: &Context, scratch: &Path) -> Result<()> {
    let wheels = fetch(context)?;
    let output = scratch.join("output");
    fs::create_dir(&output).with_context(|| format!("cannot make {}", output.display()))?;
    let component = output.join("component.wasm");
    // Work on a copy: the Python that imports the guest writes bytecode beside it.
    let guest = scratch.join("guest");
    inputs::copy(&context.root.join("crates/builtin-python/guest"), &guest)?;
    let mut componentize = context.command("python3");
    componentize.args(["-c", COMPONENTIZE, "--quiet", "--wit-path"]).arg(guest.join("wit"));
    componentize.args(["--world", "program", "componentize", "runtray_program", "--python-path"]);
    componentize.arg(guest.join("start")).arg("--output").arg(&component);
    // Hide the packages that are installed on this machine.
    componentize.env("PYTHONPATH", &wheels).env_remove("VIRTUAL_ENV");
    must(&mut componentize)?;

    must(builder(context, "precompile")?.arg(output).arg("new").arg(wheels.join(CARRIER)).arg(wheels.join(ZONES)))
}

/// The program with the compiler, built now if it is missing.
fn builder(context: &Context, feature: &str) -> Result<Command> {
    let program = "runtray-python-build";
    let build = ["build", "--manifest-path", MANIFEST, "--bin", program, "--profile", "precompile"];
    must(context.cargo(&build).args(["--features", feature]))?;
    Ok(context.command(&context.cache.path("target-native/precompile").join(program).display().to_string()))
}

/// Fetches and unpacks the wheels. pip checks their hashes.
fn fetch(context: &Context) -> Result<PathBuf> {
    let folder = context.cache.path(format!("wheels-{}", inputs::of_pieces([REQUIREMENTS.as_bytes()])));
    if folder.exists() {
        return Ok(folder);
    }
    let scratch = context.cache.path("wheels.unfinished");
    fs::remove_dir_all(&scratch).ok();
    fs::create_dir_all(scratch.join("unpacked")).context("cannot make a folder for wheels")?;
    let requirements = scratch.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).context("cannot write the list of wheels")?;
    must(context.command("python3").args(["-m", "venv"]).arg(scratch.join("pip")))?;
    let mut pip = context.command(&scratch.join("pip/bin/pip").display().to_string());
    pip.args(["download", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement"]);
    must(pip.arg(&requirements).arg("--dest").arg(scratch.join("wheels")))?;
    for wheel in fs::read_dir(scratch.join("wheels")).context("pip fetched nothing")? {
        let mut unzip = context.command("python3");
        must(unzip.args(["-m", "zipfile", "-e"]).arg(wheel?.path()).arg(scratch.join("unpacked")))?;
    }
    fs::rename(scratch.join("unpacked"), &folder).context("cannot keep the wheels")?;
    fs::remove_dir_all(&scratch).context("cannot remove what the wheels were unpacked from")?;
    Ok(folder)
}

fn tempfolder(context: &Context) -> Result<PathBuf> {
    let folder = context.cache.path("builtin-python.unfinished");
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

/// The folder of the result. Its name contains a hash of all inputs.
fn place(context: &Context) -> Result<PathBuf> {
    let hash = inputs::hash(context, SOURCES, &[REQUIREMENTS.to_owned(), compilers(context)?])?;
    Ok(context.cache.path(format!("builtin-python-{hash}")))
}

/// The entries of the [`COMPILERS`] in the lock file.
fn compilers(context: &Context) -> Result<String> {
    let lock = fs::read_to_string(context.root.join("crates/builtin-python/Cargo.lock"))
        .context("cannot read the lock file")?;
    let named = |package: &&str| COMPILERS.iter().any(|name| package.starts_with(&format!("\nname = \"{name}\"\n")));
    Ok(lock.split("[[package]]").filter(named).collect())
}
