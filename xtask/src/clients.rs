//! The clients that Runtray serves, for the tests: packages of npm and PyPI, pinned by lock files and hashes.
//!
//! They are installed once into a folder of the cache that is named after the pins.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::context::Context;
use crate::npm;
use crate::step::{Ending, must};

/// The files with the pins, in the clone.
const PINS: &[&str] = &[
    "tests/clients/js/package.json",
    "tests/clients/js/package-lock.json",
    "tests/clients/python/requirements.txt",
    "tests/clients/python/sdists.txt",
];

/// Open WebUI. Only its executor is kept: two modules of a wheel of a hundred megabytes.
const OPEN_WEBUI: &str =
    "open-webui==0.12.4 --hash=sha256:02e9caba96234db3fa17a92e56163b3f7f2b8ca8227fa886b85c178d696483f6\n";
const EXECUTOR: &[&str] = &["open_webui/utils/code_interpreter.py", "open_webui/utils/json_codec.py"];

/// Unpacks some files of the wheel in a folder: `unpack.py WHEELS TARGET NAMES…`.
const UNPACK: &str = "import sys, zipfile, pathlib; wheels, target, *names = sys.argv[1:]; \
[zipfile.ZipFile(wheel).extract(name, target) for wheel in pathlib.Path(wheels).glob('*.whl') for name in names]";

/// Installs the missing clients, and prints their folder.
///
/// # Errors
/// The errors of [`fetch`].
pub(crate) fn clients() -> Result<()> {
    let context = Context::new(Vec::new())?;
    match fetch(&context)? {
        Ending::Done => eprintln!("RUNTRAY_TEST_CLIENTS={}", folder(&context)?.display()),
        Ending::Skipped(reason) => eprintln!("{reason}"),
    }
    Ok(())
}

/// Installs the clients unless they are installed.
///
/// # Errors
/// npm or pip failed.
pub(crate) fn fetch(context: &Context) -> Result<Ending> {
    if !cfg!(target_os = "linux") {
        return Ok(Ending::Skipped("the clients are run on Linux".to_owned()));
    }
    let folder = folder(context)?;
    if folder.exists() {
        return Ok(Ending::Done);
    }
    let unfinished = context.cache.path("clients.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir_all(&unfinished)?;
    npm::pinned(context, "tests/clients/js", &unfinished.join("js"))?;
    from_pypi(context, &unfinished.join("python"))?;
    open_webui(context, &unfinished)?;
    // The folder gets its final name only when it is complete. The scripts in it name the old path; only its `python` is used.
    fs::rename(&unfinished, &folder).context("cannot put the clients into the cache")?;
    Ok(Ending::Done)
}

/// The folder of the clients, if they are installed.
pub(crate) fn installed(context: &Context) -> Option<PathBuf> {
    folder(context).ok().filter(|folder| folder.exists())
}

fn folder(context: &Context) -> Result<PathBuf> {
    let mut hash = Sha256::new();
    hash.update(OPEN_WEBUI);
    for pin in PINS {
        hash.update(fs::read(context.root.join(pin)).with_context(|| format!("cannot read {pin}"))?);
    }
    let name: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(context.cache.path(format!("clients-{name}")))
}

fn from_pypi(context: &Context, folder: &Path) -> Result<()> {
    must(context.command("python3").args(["-m", "venv"]).arg(folder))?;
    let pins = context.root.join("tests/clients/python");
    must(pip(context, folder).args(["install", "--no-deps", "-r"]).arg(pins.join("requirements.txt")))?;
    must(pip(context, folder).args(["install", "--no-deps", "--no-build-isolation", "-r"]).arg(pins.join("sdists.txt")))
}

fn open_webui(context: &Context, folder: &Path) -> Result<()> {
    let wheels = folder.join("wheels");
    fs::create_dir_all(&wheels)?;
    let pins = wheels.join("pins.txt");
    fs::write(&pins, OPEN_WEBUI)?;
    let python = folder.join("python");
    let mut download = pip(context, &python);
    // The wheel is for every Python; Open WebUI as a whole is not.
    download.args(["download", "--no-deps", "--only-binary", ":all:", "--python-version", "3.11", "-d"]);
    must(download.arg(&wheels).arg("-r").arg(&pins))?;
    let mut unpack = context.command(&python.join("bin/python").to_string_lossy());
    must(unpack.args(["-c", UNPACK]).arg(&wheels).arg(folder.join("open-webui")).args(EXECUTOR))?;
    fs::remove_dir_all(&wheels).context("cannot delete the wheel")
}

fn pip(context: &Context, folder: &Path) -> Command {
    let mut pip = context.command(&folder.join("bin/python").to_string_lossy());
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "--require-virtualenv"]);
    pip.env("PIP_REQUIRE_HASHES", "1");
    pip
}
