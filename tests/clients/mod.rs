//! Real clients, with only the address changed: the packages of npm and PyPI that `cargo xtask clients` installs.
//!
//! `js/` and `python/` have a script for each, which fails if the client does. Without `RUNTRAY_TEST_CLIENTS`, which names the
//! folder of the packages, these tests say so and pass.

mod assistants;
mod others;
mod package;
mod schema;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::harness::{CONTAINER, Home, Service, skip};

/// Calls in a row.
const CALLS: &str = "1000";

/// The folder of the installed clients; prints the reason if there is none.
pub(crate) fn installed() -> Option<PathBuf> {
    let folder = std::env::var_os("RUNTRAY_TEST_CLIENTS").map(PathBuf::from);
    if folder.is_none() {
        skip("RUNTRAY_TEST_CLIENTS names no folder with clients; `cargo xtask clients` makes one");
    }
    folder
}

/// A script of `js/`. It lies beside the packages while it runs, because Node.js looks for them there.
pub(crate) struct Script {
    folder: tempfile::TempDir,
    name: &'static str,
}

impl Script {
    pub(crate) fn new(clients: &Path, name: &'static str) -> Self {
        let folder = tempfile::TempDir::new_in(clients.join("js")).expect("a folder beside the packages");
        std::fs::copy(sources().join("js").join(name), folder.path().join(name)).expect("the script");
        Self { folder, name }
    }

    /// Node.js with the script, in `home`.
    pub(crate) fn command(&self, home: &Home) -> Command {
        let node = std::env::var_os("RUNTRAY_TEST_NODE").unwrap_or_else(|| "node".into());
        let mut command = in_home(Command::new(node), home);
        command.arg(self.folder.path().join(self.name));
        command
    }
}

/// The clients' Python with a script of `python/`, in `home`.
pub(crate) fn python(clients: &Path, name: &str, home: &Home) -> Command {
    let mut command = in_home(Command::new(clients.join("python/bin/python")), home);
    command.arg(sources().join("python").join(name));
    command
}

fn in_home(mut command: Command, home: &Home) -> Command {
    command.env("RUNTRAY_HOME", home.path()).env(CONTAINER, "1");
    command
}

/// This folder in the clone.
pub(crate) fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/clients")
}

/// Runs a client to its end, and checks that it succeeds.
#[track_caller]
pub(crate) fn check(command: &mut Command) {
    let Output { status, stdout, stderr } = command.output().expect("the client starts");
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success() && stdout.trim_end().ends_with("ok"), "{command:?}: {status}\n{stdout}\n{stderr}");
}

/// A service for clients, with its address.
pub(crate) fn serve(settings: &str) -> (Home, Service, String) {
    let home = Home::new(settings);
    let service = Service::start_in(&home, &[]);
    let url = format!("http://localhost:{}", service.port());
    (home, service, url)
}
