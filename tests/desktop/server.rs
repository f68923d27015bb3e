//! What a desktop session needs beside the app: a display, and whatever else says in a line that it is ready.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::session::PATIENCE;

/// A program that serves the session, ended with it.
pub(crate) struct Server {
    child: Child,
    /// The line in which it said where it is.
    pub(crate) said: String,
}

impl Server {
    /// Starts `command`, and waits for its line.
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
        Self { child, said: line.trim().to_owned() }
    }

    /// Starts an empty display of that size in pixels.
    pub(crate) fn display(width: u32, height: u32) -> Self {
        let screen = format!("{width}x{height}x24");
        let mut command = Command::new("Xvfb");
        let mut server = Self::start(command.args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp"]));
        server.said.insert(0, ':');
        server
    }
}

impl Drop for Server {
    /// Asks it to end: killed, it would leave its socket.
    fn drop(&mut self) {
        // They fail only when it has ended already.
        let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        let _ = self.child.wait();
    }
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
