//! System packages of Debian and Ubuntu: looks them up and installs the missing ones.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Result;

use crate::step::{must, output};

/// Package lists older than this are fetched anew.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// Packages are missing and the user may not install them.
#[derive(Debug, thiserror::Error)]
#[error(
    "some system packages are missing; install them and start again:\n\n    sudo apt-get install --no-install-recommends {0}\n"
)]
pub(crate) struct NeedsAdministrator(String);

/// Whether this machine installs its packages with apt.
pub(crate) fn is_here() -> bool {
    cfg!(target_os = "linux") && Path::new("/usr/bin/apt-get").exists()
}

/// Installs the missing ones of `packages`.
///
/// # Errors
/// The user may not install packages ([`NeedsAdministrator`]), or apt-get fails.
pub(crate) fn ensure(packages: &[&str]) -> Result<()> {
    let missing: Vec<_> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let rights = rights().ok_or_else(|| NeedsAdministrator(missing.join(" ")))?;
    eprintln!("installing {}", missing.join(" "));
    if lists_are_stale() {
        must(&mut apt_get(rights, ["update"]))?;
    }
    install(rights, &missing).or_else(|_| {
        // The mirror may have replaced packages since the lists were fetched: fetch the lists again and retry once.
        must(&mut apt_get(rights, ["update"]))?;
        install(rights, &missing)
    })
}

/// Whether the package lists contain `package`. The lists are fetched if there are none.
pub(crate) fn knows(package: &str) -> bool {
    has_candidate(package) || (fetch_lists() && has_candidate(package))
}

/// The version of `package` that would be installed, such as `1.96.0+dfsg1-1~deb12u2`.
pub(crate) fn candidate(package: &str) -> Option<String> {
    let policy = output(Command::new("apt-cache").args(["policy", package]).env("LC_ALL", "C"))?;
    let version = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (version != "(none)").then(|| version.to_owned())
}

fn has_candidate(package: &str) -> bool {
    candidate(package).is_some()
}

fn fetch_lists() -> bool {
    lists_are_stale() && rights().is_some_and(|rights| must(&mut apt_get(rights, ["update"])).is_ok())
}

fn is_installed(package: &str) -> bool {
    output(Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]))
        .is_some_and(|status| status == "installed")
}

/// The command prefix that runs apt-get as root, such as `sudo -n env`.
type Rights = &'static [&'static str];

/// How this user becomes root: not at all when already root, and with sudo in CI if sudo asks for no password. At a developer's
/// machine sudo is not used, so that nothing is installed without consent.
fn rights() -> Option<Rights> {
    if output(Command::new("id").arg("-u")).is_some_and(|id| id == "0") {
        return Some(&["env"]);
    }
    let silent = || output(Command::new("sudo").args(["-n", "true"]).stderr(Stdio::null())).is_some();
    (env::var_os("CI").is_some() && silent()).then_some(&["sudo", "-n", "env"])
}

fn apt_get<'a>(rights: Rights, args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(rights[0]);
    command.args(&rights[1..]).args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "Acquire::Retries=3"]);
    command.args(args).stdin(Stdio::null());
    command
}

fn install(rights: Rights, packages: &[&str]) -> Result<()> {
    let args = ["install", "--yes", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"];
    must(&mut apt_get(rights, args.iter().chain(packages).copied()))
}

/// Whether there are no package lists or the last fetch is older than [`STALE`]. The time of the last fetch is the time of the
/// folder `partial`, which every fetch writes to.
fn lists_are_stale() -> bool {
    let lists = Path::new("/var/lib/apt/lists");
    let present = fs::read_dir(lists)
        .is_ok_and(|files| files.flatten().any(|file| file.file_name().to_string_lossy().contains("Packages")));
    let fetched = fs::metadata(lists.join("partial")).and_then(|partial| partial.modified());
    !present || fetched.is_ok_and(|time| time.elapsed().unwrap_or_default() > STALE)
}
