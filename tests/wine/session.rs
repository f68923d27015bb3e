//! A display with a window manager, and the Windows of Wine's on it. There is one Windows, so tests take turns.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Wine on a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(90);

static TURN: Mutex<()> = Mutex::new(());

/// A session, gone with the test, and with it every Windows program.
pub(crate) struct Session {
    folder: TempDir,
    display: String,
    servers: [Child; 2],
    // Last: the others may begin when all of it is gone.
    _turn: MutexGuard<'static, ()>,
}

impl Session {
    /// An empty screen.
    pub(crate) fn new() -> Self {
        // Who failed in a turn has given it back all the same.
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(
            std::env::var_os("WINEPREFIX").is_some(),
            "`cargo xtask test` sets WINEPREFIX: everything in it is ended"
        );
        end_windows();
        let folder = tempfile::Builder::new().prefix("rt").tempdir().expect("a folder");
        let (server, display) = display();
        let mut manager = Command::new("openbox");
        manager.env("DISPLAY", &display).env("HOME", folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let manager = manager.spawn().expect("openbox; `cargo xtask test` installs it");
        Self { folder, display, servers: [manager, server], _turn: turn }
    }

    /// The folder of everything that is written in this session.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runtray's own folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder().join("runtray")
    }

    /// A program of this machine's on the session's display.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display).stdin(Stdio::null());
        command
    }

    /// A Windows program in the session. What Wine itself has to say is no part of a test's output.
    pub(crate) fn windows_command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = self.command("wine");
        command.arg(program.as_ref()).env("RUNTRAY_HOME", as_windows_sees(&self.home()));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        end_windows();
        for server in &mut self.servers {
            // They fail only when it has ended already.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

/// Where the programs for Windows were built.
pub(crate) fn programs() -> PathBuf {
    std::env::var_os("RUNTRAY_TEST_WINDOWS_PROGRAMS").map(PathBuf::from).expect("`cargo xtask test` names the folder")
}

/// A path of this machine's on Wine's drive for all of it.
pub(crate) fn as_windows_sees(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', r"\")
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

/// Ends every Windows program, and what they share: it knows the display that it was started on and no other.
fn end_windows() {
    let ended = Command::new("wineserver").arg("-k").stderr(Stdio::null()).status();
    ended.expect("wineserver; `cargo xtask test` installs it");
}

/// Starts a display; its process and its name.
fn display() -> (Child, String) {
    let mut server = Command::new("Xvfb");
    server.args(["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]);
    let spawned = server.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut server = spawned.expect("Xvfb; `cargo xtask test` installs it");
    let mut number = String::new();
    let stdout = server.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut number).expect("a line");
    assert!(!number.trim().is_empty(), "Xvfb did not start");
    (server, format!(":{}", number.trim()))
}
