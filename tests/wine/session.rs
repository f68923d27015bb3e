//! A display with a window manager, and Wine's Windows on it. There is only one Windows, so tests take turns.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tempfile::TempDir;

use crate::server::Server;
pub(crate) use crate::server::until;

/// The longest wait; Wine on a busy machine is slow.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

static TURN: Mutex<()> = Mutex::new(());

/// A session. Dropping it ends every Windows program in it.
pub(crate) struct Session {
    folder: TempDir,
    manager: Child,
    display: Server,
    // The last field, dropped last: other tests may begin once the rest is gone.
    _turn: MutexGuard<'static, ()>,
}

impl Session {
    /// Starts a session with an empty screen.
    pub(crate) fn new() -> Self {
        // A test that failed during its turn poisons the lock but has released it.
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(
            std::env::var_os("WINEPREFIX").is_some(),
            "`cargo xtask test` sets WINEPREFIX: everything in it is ended"
        );
        end_windows();
        let folder = tempfile::Builder::new().prefix("rt").tempdir().expect("a folder");
        let display = Server::display(1024, 768);
        let mut manager = Command::new("openbox");
        manager
            .env("DISPLAY", &display.first_line)
            .env("HOME", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let manager = manager.spawn().expect("openbox; `cargo xtask test` installs it");
        Self { folder, manager, display, _turn: turn }
    }

    /// The folder with all files that programs write in this session.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runtray's own folder.
    pub(crate) fn home(&self) -> PathBuf {
        self.folder().join("runtray")
    }

    /// The programs of the session by their command lines. Each of them has its display, and no program of another one.
    pub(crate) fn processes(&self) -> Vec<String> {
        let ours = format!("DISPLAY={}", self.display.first_line);
        let processes = fs::read_dir("/proc").expect("a list of processes").flatten().map(|entry| entry.path());
        let belong = processes.filter(|process| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|variable| variable == ours.as_bytes())
        });
        let lines = belong.map(|process| fs::read(process.join("cmdline")).unwrap_or_default());
        lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " ")).collect()
    }

    /// A command for a program of this machine on the session's display.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.display.first_line).stdin(Stdio::null());
        command
    }

    /// A command for a Windows program in the session. The output of Wine itself is discarded.
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
        // Both calls only fail if it has ended already.
        let _ = self.manager.kill();
        let _ = self.manager.wait();
    }
}

/// The folder of the built programs for Windows.
pub(crate) fn programs() -> PathBuf {
    std::env::var_os("RUNTRAY_TEST_WINDOWS_PROGRAMS").map(PathBuf::from).expect("`cargo xtask test` names the folder")
}

/// A path of this machine on Wine's drive `Z:`.
pub(crate) fn as_windows_sees(path: &Path) -> String {
    format!("Z:{}", path.display()).replace('/', r"\")
}

/// Ends every Windows program and Wine's shared server, which keeps using the display that it was started on.
fn end_windows() {
    let ended = Command::new("wineserver").arg("-k").stderr(Stdio::null()).status();
    ended.expect("wineserver; `cargo xtask test` installs it");
}
