//! A service of an unprivileged user, which only root can start.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

use super::{Home, program_file, runtray};

const NOBODY: u32 = 65534;
const AS_NOBODY: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];

/// The reason why a service cannot be started as another user, if any.
pub(crate) fn cannot_run() -> Option<String> {
    if !nix::unistd::geteuid().is_root() {
        return Some("only root can become another user".to_owned());
    }
    let mut tried = Command::new("setpriv");
    tried.args(AS_NOBODY).arg(program_file()).arg("--version");
    let tried = tried.output();
    let lacks_python = !Path::new("/usr/bin/python3").exists();
    match tried {
        Ok(output) if output.status.success() && !lacks_python => None,
        Ok(_) if lacks_python => Some("there is no /usr/bin/python3".to_owned()),
        other => Some(format!("user {NOBODY} cannot start runtray: {other:?}")),
    }
}

/// A command for `runtray serve` in `home` as an unprivileged user, which becomes the owner of `home`.
pub(crate) fn serve(home: &Home) -> Command {
    give(home.path());
    let mut command = command(home);
    command.args(["serve", "--port", "0"]);
    command
}

/// A command for `runtray` in `home` as an unprivileged user.
pub(crate) fn command(home: &Home) -> Command {
    let mut command = to_be(runtray(home).get_program());
    // A folder that every user may enter.
    command.current_dir("/").env("RUNTRAY_HOME", home.path()).env("HOME", home.path());
    command
}

/// A command for `program` as an unprivileged user.
pub(crate) fn to_be(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(AS_NOBODY).arg(program);
    command
}

/// Gives them a folder with its content.
pub(crate) fn give(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).expect("root may give a file away");
    if path.is_dir() {
        fs::read_dir(path).expect("a folder").flatten().for_each(|entry| give(&entry.path()));
    }
}
