//! Servers of a desktop session: a display, and other programs that print a line when they are ready.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::session::PATIENCE;

/// A program that serves the session. Dropping it ends it.
pub(crate) struct Server {
    child: Child,
    /// The line with its address.
    pub(crate) first_line: String,
}

impl Server {
    /// Starts `command`, and waits for that line.
    pub(crate) fn start(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = spawned.unwrap_or_else(|error| {
            panic!("cannot start {}: {error}; `cargo xtask test` installs it", program.display())
        });
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        assert!(!line.trim().is_empty(), "{} did not start", program.display());
        Self { child, first_line: line.trim().to_owned() }
    }

    /// Starts an empty display of this size in pixels.
    pub(crate) fn display(width: u32, height: u32) -> Self {
        let screen = format!("{width}x{height}x24");
        let mut command = Command::new("Xvfb");
        let mut server = Self::start(command.args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp"]));
        server.first_line.insert(0, ':');
        server
    }
}

impl Drop for Server {
    /// Sends SIGTERM: after SIGKILL its socket would remain.
    fn drop(&mut self) {
        // Both calls only fail if it has ended already.
        let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        let _ = self.child.wait();
    }
}

/// Waits until `look` returns a value.
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
