//! A desktop session for one test: a display and a session bus, which end with the test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::server::Server;
pub(crate) use crate::server::until;

/// Longer than any step takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A session. Programs that are started in it see nothing of the machine's real session.
pub(crate) struct Session {
    display: Option<Server>,
    bus: Option<Server>,
    // The last field, so that it is dropped last: the socket of the bus is in it.
    folder: TempDir,
}

/// The parts of a session.
#[derive(Clone, Copy)]
pub(crate) struct Has {
    pub(crate) display: bool,
    pub(crate) bus: bool,
}

impl Session {
    /// A session with a display and a bus.
    pub(crate) fn new() -> Self {
        Self::with(Has { display: true, bus: true })
    }

    /// A session with these parts.
    pub(crate) fn with(has: Has) -> Self {
        let folder = tempfile::Builder::new().prefix("rt").tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("run")).expect("a folder");
        let display = has.display.then(|| Server::display(1280, 800));
        let bus = has.bus.then(|| bus(&folder.path().join("run/bus")));
        Self { display, bus, folder }
    }

    /// The folder with all files that programs write in this session.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runtray's own folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder().join("runtray")
    }

    /// The address of the bus.
    pub(crate) fn bus(&self) -> &str {
        &self.bus.as_ref().expect("the session has a bus").first_line
    }

    /// The name of the display, if the session has one.
    pub(crate) fn display(&self) -> Option<&str> {
        self.display.as_ref().map(|display| display.first_line.as_str())
    }

    /// A command that runs in this session.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LANG", "C.UTF-8");
        command.env("RUNTRAY_CONTAINER", "1").env("RUNTRAY_BUILTIN_PYTHON", "");
        command.env("HOME", self.folder()).env("RUNTRAY_HOME", self.home());
        command.env("XDG_RUNTIME_DIR", self.folder().join("run"));
        // The bus has no accessibility service.
        command.env("NO_AT_BRIDGE", "1").env("GTK_A11Y", "none").env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
        command.envs(self.display().map(|name| ("DISPLAY", name)));
        // Without an address, libraries would look for a bus in well-known locations.
        command.env("DBUS_SESSION_BUS_ADDRESS", self.bus.as_ref().map_or("disabled:", |bus| &bus.first_line));
        command
    }
}

fn bus(socket: &Path) -> Server {
    let mut command = Command::new("dbus-daemon");
    command.args(["--session", "--nofork", "--nopidfile", "--print-address"]);
    Server::start(command.arg(format!("--address=unix:path={}", socket.display())))
}
