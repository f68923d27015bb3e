//! A service that sees its home through private mounts: full disks, read-only folders.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Home, Service, runtray, skip};

/// Starts a service in a mount namespace after a shell there has run `mounts`, which can use `RUNTRAY_HOME`. The mounts end with
/// the service. `None`, with the reason on standard error, if this user may not mount.
///
/// # Panics
/// `mounts` failed, or the service did not start.
pub(crate) fn start(home: &Home, mounts: &str) -> Option<Service> {
    if !nix::unistd::geteuid().is_root() {
        skip("only root may mount");
        return None;
    }
    let possible = Command::new("unshare").args(["--mount", "true"]).output();
    if !possible.as_ref().is_ok_and(|output| output.status.success()) {
        skip(format_args!("this machine gives no mount namespace ({possible:?})"));
        return None;
    }
    let script = format!("{mounts} && exec \"$0\" serve --port 0");
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &script]).arg(runtray(home).get_program());
    command.env("RUNTRAY_HOME", home.path());
    Some(Service::start_by(command, home))
}

/// The path from outside of a path that the service sees.
pub(crate) fn seen_by(service: &Service, path: &Path) -> PathBuf {
    let root = PathBuf::from(format!("/proc/{}/root", service.pid()));
    root.join(path.strip_prefix("/").unwrap_or(path))
}
