//! A separate Debian in the cache, in which packages are installed, run and removed.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::super::VERSION;
use crate::context::Context;
use crate::step::{must, once, output};

/// The oldest Debian that has the libraries of the package.
const SUITE: &str = "bookworm";

/// The user in the root that runs programs.
const USER: &str = "tester";

/// The program that a client posts: the built-in Python runs it, for there is no other.
const PROGRAM: &str = r#"{"code": "print(6 * 7)", "language": "python"}"#;

/// Installs each package, runs its programs, and removes it. Nothing may be left.
///
/// # Errors
/// A package cannot be installed or removed, a program does not do its work, or something is left.
pub(super) fn install_and_remove(context: &Context, deb: &Path, rpm: &Path) -> Result<()> {
    let root = debian(context, deb)?;
    clean(&root);
    let package = root.join("runtray.deb");
    fs::copy(deb, &package).context("cannot copy the package")?;
    leaving_nothing(&root, "deb", || {
        must(inside(&root, "dpkg").args(["--install", "/runtray.deb"]))?;
        use_it(&root)?;
        must(inside(&root, "dpkg").args(["--purge", "runtray"]))
    })?;
    fs::remove_file(package).context("cannot delete the package")?;
    leaving_nothing(&root, "rpm", || {
        must(Command::new("rpm").arg("--root").arg(&root).args(["--install", "--nodeps"]).arg(rpm))?;
        use_it(&root)?;
        must(Command::new("rpm").arg("--root").arg(&root).args(["--erase", "runtray"]))
    })
}

/// Removes the leftovers of an interrupted test in the root; without any, each of these commands fails.
fn clean(root: &Path) {
    inside(root, "dpkg").args(["--purge", "runtray"]).stderr(Stdio::null()).status().ok();
    Command::new("rpm").arg("--root").arg(root).args(["--erase", "runtray"]).stderr(Stdio::null()).status().ok();
    fs::remove_dir_all(root.join("home").join(USER)).ok();
}

/// Does `work`, after which there must be the same files and folders as before.
fn leaving_nothing(root: &Path, kind: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    let before = files(root)?;
    work()?;
    let after = files(root)?;
    let changed: Vec<_> = before.symmetric_difference(&after).collect();
    ensure!(changed.is_empty(), "the removed .{kind} leaves or takes {changed:?}");
    eprintln!("the .{kind} was installed, its programs ran, and nothing of it is left");
    Ok(())
}

/// Runs the command, the service as its unit starts it, and the app.
fn use_it(root: &Path) -> Result<()> {
    let version = output(inside(root, "runtray").arg("--version")).context("runtray does not start")?;
    ensure!(version == format!("runtray {VERSION}"), "{version}");
    let update = output(inside(root, "runtray").args(["update", "--check"]));
    ensure!(update.as_ref().is_some_and(|told| told.contains("package manager")), "an update is said to be {update:?}");
    // As root the program unpacks its files beside the package's files.
    let python = output(inside(root, "/usr/lib/runtray/runtray-python").args(["-c", "print(6 * 7)"]));
    ensure!(python.as_deref() == Some("42"), "the built-in Python answers {python:?}");
    let unit = fs::read_to_string(root.join("usr/lib/systemd/user/runtray.service")).context("there is no unit")?;
    let line = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).context("the unit starts nothing")?;
    let home = root.join("home").join(USER);
    fs::create_dir(&home).context("cannot make the user's folder")?;
    must(inside(root, "chown").arg(USER).arg(format!("/home/{USER}")))?;
    let mut service = Started::new(root, line)?;
    must(Command::new("kill").arg(service.0.id().to_string()))?;
    ensure!(service.0.wait()?.success(), "SIGTERM does not end the service well");
    let mut app = Started::new(root, "/usr/bin/runtray-desktop")?;
    must(as_user(root, "/usr/bin/runtray-desktop").arg("--quit"))?;
    ensure!(app.0.wait()?.success(), "the app does not quit well");
    fs::remove_dir_all(&home).context("cannot remove the user's folder")
}

/// A program that serves. Dropping it kills it, if it still runs.
struct Started(Child);

impl Started {
    /// Starts a command line with a port of its own, and has it run a program.
    fn new(root: &Path, line: &str) -> Result<Self> {
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port().to_string();
        let mut words = line.split_whitespace();
        let mut command = as_user(root, words.next().context("an empty command line")?);
        let child =
            command.args(words).args(["--port", &port]).spawn().with_context(|| format!("{line} does not start"))?;
        let started = Self(child);
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--retry", "60", "--retry-connrefused", "--retry-delay", "1"]);
        curl.args(["--max-time", "150", "--header", "Content-Type: application/json", "--data", PROGRAM]);
        let answer = output(curl.arg(format!("http://127.0.0.1:{port}/execute"))).context("no answer")?;
        eprintln!("{line}: {answer}");
        ensure!(answer.contains(r#""output":"42\n""#), "{line} answers {answer}");
        Ok(started)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A program in the root. While it runs there is a `/proc`, in which programs find their own path.
fn inside(root: &Path, program: &str) -> Command {
    command(root, &[], program)
}

/// The same for the user that runs programs.
fn as_user(root: &Path, program: &str) -> Command {
    let mut command = command(root, &[&format!("--userspec={USER}:{USER}")], program);
    command.env("HOME", format!("/home/{USER}")).env("USER", USER).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command
}

fn command(root: &Path, chroot: &[&str], program: &str) -> Command {
    let mut command = Command::new("unshare");
    // No new process namespace, so that the started process is the program itself.
    command.arg("--mount").arg(format!("--mount-proc={}", root.join("proc").display()));
    command.arg("chroot").args(chroot).arg(root).arg(program);
    command
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .env("DEBIAN_FRONTEND", "noninteractive");
    command.env_remove("XDG_RUNTIME_DIR").env_remove("DBUS_SESSION_BUS_ADDRESS");
    command
}

/// A small Debian with the libraries that the package depends on, made once.
fn debian(context: &Context, deb: &Path) -> Result<PathBuf> {
    let root = context.cache.path(format!("debian-{SUITE}"));
    let depends = output(Command::new("dpkg-deb").arg("--field").arg(deb).arg("Depends")).context("no package")?;
    once(&context.cache.path(format!("debian-{SUITE}.stamp")), &format!("{SUITE} {depends}"), || {
        fs::remove_dir_all(&root).ok();
        eprintln!("making a small Debian with the libraries of the app, once (some minutes)");
        must(Command::new("debootstrap").args(["--variant=minbase", SUITE]).arg(&root))?;
        fs::copy("/etc/hosts", root.join("etc/hosts")).context("cannot copy /etc/hosts")?;
        fs::copy(deb, root.join("runtray.deb")).context("cannot copy the package")?;
        must(inside(&root, "useradd").args(["--no-create-home", USER]))?;
        let install =
            ["install", "--yes", "--quiet", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0", "/runtray.deb"];
        must(inside(&root, "apt-get").args(install)).context("Debian cannot install the package")?;
        must(inside(&root, "dpkg").args(["--purge", "runtray"]))?;
        must(inside(&root, "apt-get").arg("clean"))?;
        fs::remove_file(root.join("runtray.deb")).context("cannot delete the package")
    })?;
    Ok(root)
}

/// Every folder, and every file with its size, but the package managers' own notes.
fn files(root: &Path) -> Result<BTreeSet<String>> {
    let mut find = Command::new("find");
    find.arg(root).arg("-xdev");
    for own in ["*/var/lib/dpkg/*", "*/var/lib/rpm*", "*/usr/lib/sysimage*", "*/var/log/*"] {
        find.args(["-not", "-path", own]);
    }
    find.args(["(", "-type", "d", "-printf", "%P/\\n", "-o", "-printf", "%P %s\\n", ")"]);
    let list = output(&mut find).context("find cannot read the root")?;
    Ok(list.lines().map(str::to_owned).collect())
}
