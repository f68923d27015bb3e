//! A service that sees its home through mounts of its own: full disks, read-only folders.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Home, Service, runtray};

/// Starts a service in a mount namespace in which the shell ran `mounts`; they see `RUNTRAY_HOME` and go with the service.
/// `None`, with the reason on standard error, where this user may not mount.
///
/// # Panics
/// `mounts` failed or the service did not start.
pub(crate) fn start(home: &Home, mounts: &str) -> Option<Service> {
    if !nix::unistd::geteuid().is_root() {
        eprintln!("not tested: only root may mount");
        return None;
    }
    let possible = Command::new("unshare").args(["--mount", "true"]).output();
    if !possible.as_ref().is_ok_and(|output| output.status.success()) {
        eprintln!("not tested: this machine gives no mount namespace ({possible:?})");
        return None;
    }
    let script = format!("{mounts} && exec \"$0\" serve --port 0");
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &script]).arg(runtray(home).get_program());
    command.env("RUNTRAY_HOME", home.path());
    Some(Service::start_by(command, home))
}

/// Where a path of the service's own view is found from outside.
pub(crate) fn seen_by(service: &Service, path: &Path) -> PathBuf {
    let root = PathBuf::from(format!("/proc/{}/root", service.pid()));
    root.join(path.strip_prefix("/").unwrap_or(path))
}
