//! What must be on the machine before anything is built.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::context::Context;
use crate::step::{Ending, must, output};
use crate::{apt, debian, windows};

/// A C compiler for SQLite.
const BUILD: &[&str] = &["gcc", "libc6-dev"];

/// What the desktop app is built with, and what its tray icon needs.
const DESKTOP: &[&str] = &["libwebkit2gtk-4.1-dev", "pkg-config", "libayatana-appindicator3-1"];

/// What the tests run besides cargo.
const TEST: &[&str] = &["python3", "python3-venv", "git"];

/// What makes the built-in Python.
const BUILTIN_PYTHON: &[&str] = &["python3", "python3-venv"];

/// A display, a session bus and what drives and looks at a window, for the tests of the desktop app.
const SESSION: &[&str] =
    &["xvfb", "dbus", "xdotool", "util-linux", "webkit2gtk-driver", "openbox", "wmctrl", "imagemagick"];

/// A browser for web pages, and what the examples use.
const WEB: &[&str] = &["chromium", "curl", "python3", "python3-venv", "fonts-dejavu-core"];

/// A panel with a tray, and the fonts of its pictures; `ip` for a network of their own.
const PICTURES: &[&str] = &["xfce4-panel", "fonts-dejavu-core", "iproute2"];

/// What building the service needs.
///
/// # Errors
/// As for [`apt::ensure`].
pub(crate) fn for_building(_: &Context) -> Result<Ending> {
    if !apt::is_here() {
        return Ok(Ending::Skipped("system packages are installed on Debian and Ubuntu only".to_owned()));
    }
    apt::ensure(BUILD)?;
    Ok(Ending::Done)
}

/// What makes the built-in Python.
///
/// # Errors
/// As for [`apt::ensure`].
pub(crate) fn for_builtin_python() -> Result<()> {
    if apt::is_here() { apt::ensure(&[BUILD, BUILTIN_PYTHON].concat()) } else { Ok(()) }
}

/// What building the desktop app with its window needs.
///
/// # Errors
/// As for [`apt::ensure`].
pub(crate) fn for_desktop(_: &Context) -> Result<Ending> {
    if !apt::is_here() {
        return Ok(Ending::Skipped("system packages are installed on Debian and Ubuntu only".to_owned()));
    }
    apt::ensure(&[BUILD, DESKTOP].concat())?;
    npm()?;
    Ok(Ending::Done)
}

/// What the tests need on this machine.
///
/// # Errors
/// As for [`apt::ensure`]; or clippy or rustfmt cannot be had.
pub(crate) fn for_testing(context: &Context) -> Result<Ending> {
    rustup_component(context, "clippy")?;
    rustup_component(context, "fmt")?;
    if !apt::is_here() {
        return Ok(Ending::Skipped("system packages are installed on Debian and Ubuntu only".to_owned()));
    }
    apt::ensure(&[BUILD, DESKTOP, TEST, SESSION].concat())?;
    npm()?;
    Ok(Ending::Done)
}

/// A display and a session bus, and what uses them as a person would.
///
/// # Errors
/// As for [`apt::ensure`].
pub(crate) fn for_session() -> Result<()> {
    if apt::is_here() { apt::ensure(SESSION) } else { Ok(()) }
}

/// What the pictures of the app are made with, beside what the app needs.
///
/// # Errors
/// As for [`apt::ensure`].
pub(crate) fn for_pictures(context: &Context) -> Result<()> {
    for_desktop(context)?;
    if apt::is_here() { apt::ensure(&[TEST, SESSION, PICTURES].concat()) } else { Ok(()) }
}

/// What the web client and the examples are tested with.
///
/// # Errors
/// As for [`apt::ensure`].
pub(crate) fn for_web() -> Result<()> {
    if apt::is_here() {
        apt::ensure(&[BUILD, WEB].concat())?;
        npm()?;
    }
    Ok(())
}

/// The toolchain for other systems, the cross-compiler, Wine with a display, and npm for the app's window.
///
/// # Errors
/// As for [`apt::ensure`].
pub(crate) fn for_other_systems(_: &Context) -> Result<Ending> {
    if let Some(reason) = debian::missing() {
        return Ok(Ending::Skipped(reason));
    }
    apt::ensure(&[debian::PACKAGES, windows::PACKAGES].concat())?;
    npm()?;
    Ok(Ending::Done)
}

fn npm() -> Result<()> {
    if has("npm") { Ok(()) } else { apt::ensure(&["npm"]) }
}

/// Whether a program answers to its name.
fn has(program: &str) -> bool {
    output(Command::new(program).arg("--version").stderr(Stdio::null())).is_some()
}

/// Rustup's minimal profile has neither clippy nor rustfmt.
fn rustup_component(context: &Context, name: &str) -> Result<()> {
    if output(context.cargo(&[name, "--version"]).stderr(Stdio::null())).is_some() {
        return Ok(());
    }
    let component = if name == "fmt" { "rustfmt" } else { name };
    must(context.command("rustup").args(["component", "add", component]))
}
