//! The system packages that a task needs.

use std::process::{Command, Stdio};

use anyhow::Result;

use crate::context::Context;
use crate::step::{Ending, must, output};
use crate::{apt, debian, windows};

/// A C compiler for SQLite.
const BUILD: &[&str] = &["gcc", "libc6-dev"];

/// The libraries and tools that the desktop app is built with, and the library that its tray icon needs.
const DESKTOP: &[&str] = &["libwebkit2gtk-4.1-dev", "pkg-config", "libayatana-appindicator3-1"];

/// The programs that the tests run besides cargo.
const TEST: &[&str] = &["python3", "python3-venv", "git"];

/// The packages that building the built-in Python needs.
const BUILTIN_PYTHON: &[&str] = &["python3", "python3-venv"];

/// For the tests of the desktop app: a display, a session bus, and the tools that drive and inspect a window.
const SESSION: &[&str] =
    &["xvfb", "dbus", "xdotool", "util-linux", "webkit2gtk-driver", "openbox", "wmctrl", "imagemagick"];

/// A browser for web pages, and the packages of the examples.
const WEB: &[&str] = &["chromium", "curl", "python3", "python3-venv", "fonts-dejavu-core"];

/// For the screenshots: a panel with a tray, its fonts, and `ip` to set up a network namespace.
const PICTURES: &[&str] = &["xfce4-panel", "fonts-dejavu-core", "iproute2"];

/// Debian packages with the tools that make packages for Windows, and for distributions with RPM.
pub(crate) const PACKAGE_WINDOWS: [&str; 2] = ["nsis", "zip"];
pub(crate) const PACKAGE_RPM: [&str; 1] = ["rpm"];

/// Debian packages with the tools that read packages for Linux and install one into a Debian of its own.
pub(crate) const PACKAGE_CHECK: [&str; 10] =
    ["appstream", "cpio", "curl", "debootstrap", "desktop-file-utils", "fish", "man-db", "rpm2cpio", "systemd", "zsh"];

/// Debian packages with the tools that read manifests of package managers.
const MANIFESTS: &[&str] = &["python3", "python3-venv", "ruby"];

/// Installs the packages for building the service.
///
/// # Errors
/// The errors of [`apt::ensure`].
pub(crate) fn for_building(_: &Context) -> Result<Ending> {
    if !apt::is_here() {
        return Ok(Ending::Skipped("system packages are installed on Debian and Ubuntu only".to_owned()));
    }
    apt::ensure(BUILD)?;
    Ok(Ending::Done)
}

/// Installs the packages for building the built-in Python.
///
/// # Errors
/// The errors of [`apt::ensure`].
pub(crate) fn for_builtin_python() -> Result<()> {
    if apt::is_here() { apt::ensure(&[BUILD, BUILTIN_PYTHON].concat()) } else { Ok(()) }
}

/// Installs tools that make packages.
///
/// # Errors
/// The errors of [`apt::ensure`].
pub(crate) fn for_packages(tools: &[&str]) -> Result<()> {
    apt::ensure(tools)
}

/// Installs the tools that check the manifests of package managers.
///
/// # Errors
/// The errors of [`apt::ensure`].
pub(crate) fn for_manifests() -> Result<()> {
    if apt::is_here() { apt::ensure(MANIFESTS) } else { Ok(()) }
}

/// Installs the packages for building the desktop app and its window.
///
/// # Errors
/// The errors of [`apt::ensure`].
pub(crate) fn for_desktop(_: &Context) -> Result<Ending> {
    if !apt::is_here() {
        return Ok(Ending::Skipped("system packages are installed on Debian and Ubuntu only".to_owned()));
    }
    apt::ensure(&[BUILD, DESKTOP].concat())?;
    npm()?;
    Ok(Ending::Done)
}

/// Installs the packages that the tests need on this machine.
///
/// # Errors
/// The errors of [`apt::ensure`]; or clippy or rustfmt cannot be installed.
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

/// Installs a display server, a session bus and the tools that operate the app like a user.
///
/// # Errors
/// The errors of [`apt::ensure`].
pub(crate) fn for_session() -> Result<()> {
    if apt::is_here() { apt::ensure(SESSION) } else { Ok(()) }
}

/// Installs the packages that the app and its screenshots need.
///
/// # Errors
/// The errors of [`apt::ensure`].
pub(crate) fn for_pictures(context: &Context) -> Result<()> {
    for_desktop(context)?;
    if apt::is_here() { apt::ensure(&[TEST, SESSION, PICTURES].concat()) } else { Ok(()) }
}

/// The packages for tests of the web client and the examples.
///
/// # Errors
/// The errors of [`apt::ensure`].
pub(crate) fn for_web() -> Result<()> {
    if apt::is_here() {
        apt::ensure(&[BUILD, WEB].concat())?;
        npm()?;
    }
    Ok(())
}

/// Installs the toolchain for other systems, the cross-compiler, Wine with a display server, and npm for the app's window.
///
/// # Errors
/// The errors of [`apt::ensure`].
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

/// Whether a program can be started with `--version`.
fn has(program: &str) -> bool {
    output(Command::new(program).arg("--version").stderr(Stdio::null())).is_some()
}

/// Installs a component of rustup: the minimal profile has neither clippy nor rustfmt.
fn rustup_component(context: &Context, name: &str) -> Result<()> {
    if output(context.cargo(&[name, "--version"]).stderr(Stdio::null())).is_some() {
        return Ok(());
    }
    let component = if name == "fmt" { "rustfmt" } else { name };
    must(context.command("rustup").args(["component", "add", component]))
}
