//! The packages for Linux, tested: the tools of the distributions check them, and a Debian of their own installs and removes
//! them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::{Build, Packaging, VERSION, built, components, linux, notices, sums};
use crate::context::Context;
use crate::step::{must, once, output};
use crate::{apt, provision};

/// The Debian into which the package is installed: the oldest that has its libraries.
const SUITE: &str = "bookworm";

/// The files that every package must contain.
const EXPECTED: [&str; 12] = [
    "/usr/bin/runtray",
    "/usr/bin/runtray-desktop",
    "/usr/lib/runtray/runtray-python",
    "/usr/lib/runtray/runtray-packs",
    "/usr/lib/runtray/runtray-python-compile",
    "/usr/lib/runtray/builtin-python/about.json",
    "/usr/lib/runtray/package.txt",
    "/usr/lib/systemd/user/runtray.service",
    "/usr/share/applications/org.runtray.desktop.desktop",
    "/usr/share/man/man1/runtray-serve.1.gz",
    "/usr/share/bash-completion/completions/runtray",
    "/usr/share/icons/hicolor/scalable/apps/org.runtray.desktop.svg",
];

/// Makes the packages of the programs that the tests have built, and tries them.
///
/// # Errors
/// A package cannot be made, or has a fault.
pub(super) fn linux(context: &Context) -> Result<()> {
    ensure!(apt::is_here() && std::env::consts::ARCH == "x86_64", "packages are tried on Debian and Ubuntu (x86_64)");
    provision::for_packages(&[&provision::PACKAGE_RPM[..], &provision::PACKAGE_CHECK[..]].concat())?;
    let packaging = Packaging::new(context, context.cache.path("packages"), Build::Test)?;
    built::for_linux(&packaging)?;
    let notices = notices::write(&packaging, &components::all(context)?)?;
    let (deb, rpm) = (linux::deb(&packaging, &notices)?, linux::rpm(&packaging, &notices)?);
    linux::tar(&packaging, &notices)?;
    sums::write(&packaging.dist)?;
    look(&packaging.work("deb"))?;
    compare(&deb, &rpm)?;
    let is_root = output(Command::new("id").arg("-u")).as_deref() == Some("0");
    ensure!(is_root, "the packages were made and read, but only root can install one into a Debian");
    install_and_remove(context, &deb)
}

/// Looks at the files by the tools of those that will read them.
fn look(tree: &Path) -> Result<()> {
    let share = tree.join("usr/share");
    must(Command::new("desktop-file-validate").arg(share.join("applications/org.runtray.desktop.desktop")))?;
    let metainfo = share.join("metainfo/org.runtray.desktop.metainfo.xml");
    must(Command::new("appstreamcli").args(["validate", "--no-net", "--pedantic"]).arg(metainfo))?;
    must(Command::new("bash").arg("-n").arg(share.join("bash-completion/completions/runtray")))?;
    for page in fs::read_dir(share.join("man/man1"))? {
        let mut man = Command::new("man");
        man.args(["--warnings", "--encoding=UTF-8", "--local-file"]).arg(page?.path()).env("MANROFFSEQ", "");
        let read = man.env("LC_ALL", "C.UTF-8").output().context("cannot start man")?;
        ensure!(read.status.success() && read.stderr.is_empty(), "{}", String::from_utf8_lossy(&read.stderr));
    }
    let unit = tree.join("usr/lib/systemd/user/runtray.service");
    let security =
        Command::new("systemd-analyze").args(["security", "--offline=true", "--no-pager"]).arg(unit).output()?;
    let security = String::from_utf8_lossy(&security.stdout).into_owned();
    let figure = security.lines().find(|line| line.contains("Overall exposure level"));
    eprintln!("{}", figure.context("systemd-analyze gives no figure")?);
    Ok(())
}

/// Both packages contain the same files, but for their own.
fn compare(deb: &Path, rpm: &Path) -> Result<()> {
    let of_deb =
        output(Command::new("dpkg-deb").arg("--contents").arg(deb)).context("dpkg-deb cannot read its package")?;
    // dpkg-deb writes `./usr/bin/` for a folder, and rpm `/usr/bin`.
    let of_deb: BTreeSet<_> = of_deb
        .lines()
        .filter_map(|line| line.split_whitespace().nth(5))
        .map(|path| path[1..].trim_end_matches('/'))
        .collect();
    let of_rpm = output(Command::new("rpm").args(["--query", "--package", "--list"]).arg(rpm))
        .context("rpm cannot read its package")?;
    let of_rpm: BTreeSet<_> = of_rpm.lines().collect();
    for file in EXPECTED {
        ensure!(of_deb.contains(file), "{} does not contain {file}", deb.display());
        ensure!(of_rpm.contains(file), "{} does not contain {file}", rpm.display());
    }
    let missing: Vec<_> = of_rpm.difference(&of_deb).filter(|file| !file.starts_with("/usr/share/licenses/")).collect();
    ensure!(missing.is_empty(), "the .rpm contains what the .deb does not: {missing:?}");
    must(Command::new("rpm").args(["--checksig", "--nosignature"]).arg(rpm))
}

/// Installs the package into a Debian, runs what can run without a desktop, and removes it. Nothing may be left.
fn install_and_remove(context: &Context, deb: &Path) -> Result<()> {
    let root = debian(context)?;
    let inside = |program: &str| inside(&root, program);
    let package = root.join("runtray.deb");
    fs::copy(deb, &package).context("cannot copy the package")?;
    must(inside("apt-get").args(["install", "--simulate", "--quiet=2", "--no-install-recommends", "/runtray.deb"]))
        .context("what the package depends on is not in Debian")?;
    let before = files(&root)?;
    // Not its libraries, of which a desktop has hundreds of megabytes.
    must(inside("dpkg").args(["--force-depends", "--install", "/runtray.deb"]))?;
    let version = output(inside("runtray").arg("--version")).context("runtray does not start")?;
    ensure!(version == format!("runtray {VERSION}"), "{version}");
    let update = output(inside("runtray").args(["update", "--check"]));
    ensure!(update.as_ref().is_some_and(|told| told.contains("package manager")), "an update is said to be {update:?}");
    let python =
        output(inside("/usr/lib/runtray/runtray-python").args(["--cache", "/var/tmp/python", "-c", "print(6 * 7)"]));
    ensure!(python.as_deref() == Some("42"), "the built-in Python answers {python:?}");
    must(inside("rm").args(["-r", "/var/tmp/python"]))?;
    must(inside("dpkg").args(["--purge", "runtray"]))?;
    let left: Vec<_> = files(&root)?.difference(&before).cloned().collect();
    ensure!(left.is_empty(), "the removed package leaves {left:?}");
    fs::remove_file(package).context("cannot delete the package")
}

/// A program in the root. It gets a `/proc`, by which programs find themselves, for as long as it runs.
fn inside(root: &Path, program: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--pid", "--fork"]).arg(format!("--mount-proc={}", root.join("proc").display()));
    command.arg("chroot").arg(root).arg(program);
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C.UTF-8");
    command
}

/// A small Debian in the cache, made once.
fn debian(context: &Context) -> Result<PathBuf> {
    let root = context.cache.path(format!("debian-{SUITE}"));
    once(&context.cache.path(format!("debian-{SUITE}.stamp")), SUITE, || {
        fs::remove_dir_all(&root).ok();
        eprintln!("making a small Debian, once (about two minutes)");
        must(Command::new("debootstrap").args(["--variant=minbase", SUITE]).arg(&root))
    })?;
    Ok(root)
}

/// Everything in the root, but the package manager's own notes.
fn files(root: &Path) -> Result<BTreeSet<String>> {
    let mut find = Command::new("find");
    find.arg(root).args([
        "-xdev",
        "-not",
        "-path",
        "*/var/lib/dpkg/*",
        "-not",
        "-path",
        "*/var/log/*",
        "-printf",
        "%P %s\n",
    ]);
    let list = output(&mut find).context("find cannot read the root")?;
    Ok(list.lines().filter(|line| !line.ends_with(" 4096")).map(str::to_owned).collect())
}
