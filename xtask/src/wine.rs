//! The Wine prefix in which Windows programs are tested.
//!
//! Making it takes 12 s and 700 MB, so it stays in the cache. It is made in a temporary folder and renamed when complete, so that
//! an incomplete prefix is never used.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::context::Context;
use crate::step::must;

/// The C compiler for Windows.
pub(crate) const COMPILER: &str = "x86_64-w64-mingw32-gcc";

/// The program that runs a Windows program.
pub(crate) const RUNNER: &str = "wine";

/// The DLL that Wine 8 lacks.
const SHIM: &str = "drive_c/windows/system32/bcryptprimitives.dll";

/// Disables Wine's debugger, which would start at every crash, take seconds and change the exit code.
const NO_DEBUGGER: &[&str] = &["reg", "add", r"HKCU\Software\Wine\DllOverrides", "/v", "winedbg.exe", "/d", "", "/f"];

/// A prefix in use. Dropping it ends all Windows processes in it.
pub(crate) struct Prefix(PathBuf);

impl Prefix {
    /// Opens the prefix in the cache, and makes it if it is missing.
    ///
    /// # Errors
    /// Wine cannot make the prefix, or the shim cannot be compiled.
    pub(crate) fn open(context: &Context) -> Result<Self> {
        let place = context.cache.path("wine");
        if !place.exists() {
            make(&context.cache.path("wine.unfinished"), &place)?;
        }
        let prefix = Self(place);
        compile_shim(&context.root, &prefix.0)?;
        prefix.end();
        // A server that ends by itself after one program breaks the connection of the next one, if that starts in this moment.
        must(prefix.server("--persistent").stdout(Stdio::null()))?;
        Ok(prefix)
    }

    /// Makes `command` and its child processes use this prefix.
    pub(crate) fn set(&self, command: &mut Command) {
        set(&self.0, command);
    }

    /// Ends the server, with every process that a failed test left.
    fn end(&self) {
        // The call fails if no server runs.
        self.server("--kill").status().ok();
    }

    fn server(&self, option: &str) -> Command {
        let mut server = Command::new("wineserver");
        set(&self.0, &mut server);
        server.arg(option).stderr(Stdio::null());
        server
    }
}

impl Drop for Prefix {
    fn drop(&mut self) {
        self.end();
    }
}

/// Converts an absolute path of this machine to the path that Windows programs see.
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
        // Skip .NET and the browser: wineboot would open a window to install them.
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

/// Sets the environment of a Wine program: the prefix, 64-bit, no log, no display.
fn set(prefix: &Path, command: &mut Command) {
    command.env("WINEPREFIX", prefix).env("WINEARCH", "win64").env("WINEDEBUG", "-all").env_remove("DISPLAY");
}
