//! A desktop session of one test's own: a display and a session bus, gone with the test.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// More than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A session. Programs that are started in it see nothing of the real one.
pub(crate) struct Session {
    folder: TempDir,
    display: Option<(Child, String)>,
    bus: Option<(Child, String)>,
}

/// What a session has.
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

    /// A session with some of it.
    pub(crate) fn with(has: Has) -> Self {
        let folder = tempfile::Builder::new().prefix("rt").tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("run")).expect("a folder");
        Self { folder, display: has.display.then(display), bus: has.bus.then(bus) }
    }

    /// The folder of everything that programs write in this session.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runtray's own folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder().join("runtray")
    }

    /// The address of the bus.
    pub(crate) fn bus(&self) -> &str {
        self.bus.as_ref().map(|(_, address)| address.as_str()).expect("the session has a bus")
    }

    /// The name of the display, if the session has one.
    pub(crate) fn display(&self) -> Option<&str> {
        self.display.as_ref().map(|(_, name)| name.as_str())
    }

    /// A program that will run in this session.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LANG", "C.UTF-8");
        command.env("HOME", self.folder()).env("RUNTRAY_HOME", self.home());
        command.env("XDG_RUNTIME_DIR", self.folder().join("run"));
        // The bus has no service for assistive technology.
        command.env("NO_AT_BRIDGE", "1").env("GTK_A11Y", "none").env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
        command.envs(self.display().map(|name| ("DISPLAY", name)));
        // Without an address, libraries would look for a bus in well-known places.
        command.env("DBUS_SESSION_BUS_ADDRESS", self.bus.as_ref().map_or("disabled:", |(_, address)| address));
        command
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for (mut child, _) in self.display.take().into_iter().chain(self.bus.take()) {
            // They fail only when it has ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn display() -> (Child, String) {
    let mut server = Command::new("Xvfb");
    server.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
    let (child, number) = announced(&mut server);
    (child, format!(":{number}"))
}

fn bus() -> (Child, String) {
    announced(Command::new("dbus-daemon").args(["--session", "--nofork", "--nopidfile", "--print-address"]))
}

/// Starts a server that writes one line when it is ready.
fn announced(command: &mut Command) -> (Child, String) {
    let program = command.get_program().to_owned();
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = spawned
        .unwrap_or_else(|error| panic!("cannot start {}: {error}; `cargo xtask test` installs it", program.display()));
    let mut line = String::new();
    let stdout = child.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("a line");
    assert!(!line.trim().is_empty(), "{} did not start", program.display());
    (child, line.trim().to_owned())
}

/// Waits until `look` finds something.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
