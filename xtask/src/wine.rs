//! The Wine prefix that Windows programs are tested in.
//!
//! It takes 12 s and 700 MB to make, so it stays in the cache. It is made beside its place and moved there when complete:
//! one that was cut short is never used.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::step::must;

/// The C compiler for Windows.
pub(crate) const COMPILER: &str = "x86_64-w64-mingw32-gcc";

/// What runs a Windows program.
pub(crate) const RUNNER: &str = "wine";

/// The DLL that Wine 8 lacks.
const SHIM: &str = "drive_c/windows/system32/bcryptprimitives.dll";

/// Wine's debugger would start at every crash, take seconds and change the exit code.
const NO_DEBUGGER: &[&str] = &["reg", "add", r"HKCU\Software\Wine\DllOverrides", "/v", "winedbg.exe", "/d", "", "/f"];

/// A prefix in use. Dropping it ends every Windows process in it.
pub(crate) struct Prefix(PathBuf);

impl Prefix {
    /// The prefix in the cache, made if it is not there.
    ///
    /// # Errors
    /// Wine cannot make it, or the shim cannot be compiled.
    pub(crate) fn open(context: &Context) -> Result<Self> {
        let place = context.cache.path("wine");
        if !place.exists() {
            make(&context.cache.path("wine.unfinished"), &place)?;
        }
        let prefix = Self(place);
        compile_shim(&context.root, &prefix.0)?;
        Ok(prefix)
    }

    /// Lets `command`, and what it starts, use this prefix.
    pub(crate) fn set(&self, command: &mut Command) {
        set(&self.0, command);
    }
}

impl Drop for Prefix {
    fn drop(&mut self) {
        // The server stays for a while, and with it whatever a failed test left; without one running there is nothing to end.
        let mut server = Command::new("wineserver");
        set(&self.0, &mut server);
        server.arg("-k").stderr(Stdio::null()).status().ok();
    }
}

/// An absolute path of this machine as Windows programs see it.
pub(crate) fn path(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', r"\")
}

fn make(unfinished: &Path, place: &Path) -> Result<()> {
    if unfinished.exists() {
        fs::remove_dir_all(unfinished).context("cannot remove an unfinished Wine prefix")?;
    }
    fs::create_dir_all(unfinished).context("cannot make the Wine prefix")?;
    eprintln!("making a Wine prefix (about 20 seconds)");
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        set(unfinished, &mut command);
        // Neither .NET nor a browser: asking for them would open a window.
        command.args(arguments).env("WINEDLLOVERRIDES", "mscoree,mshtml=").stderr(Stdio::null()).stdout(Stdio::null());
        must(&mut command)
    };
    run("wineboot", &["--init"])?;
    run(RUNNER, NO_DEBUGGER)?;
    run("wineserver", &["--wait"])?;
    fs::rename(unfinished, place).context("cannot put the Wine prefix in its place")
}

fn compile_shim(root: &Path, prefix: &Path) -> Result<()> {
    let source = root.join("tests/wine/wine_shim.c");
    must(
        Command::new(COMPILER)
            .args(["-shared", "-O1", "-s", "-o"])
            .arg(prefix.join(SHIM))
            .arg(source)
            .arg("-ladvapi32"),
    )
}

/// No display is needed and no log wanted.
fn set(prefix: &Path, command: &mut Command) {
    command.env("WINEPREFIX", prefix).env("WINEARCH", "win64").env("WINEDEBUG", "-all").env_remove("DISPLAY");
}
