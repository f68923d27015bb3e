//! The built-in Python, in services that find no other, on Linux and on Windows (under Wine).
//!
//! `cargo xtask test` names it in `RUNTRAY_TEST_BUILTIN_PYTHON`. Where that is not set, each of these tests ends at once and
//! says so.

mod choice;
#[cfg(unix)]
mod exceptions;
#[cfg(target_os = "linux")]
mod files;
mod limits;
#[cfg(unix)]
mod packs;
#[cfg(unix)]
mod programs;
#[cfg(target_os = "linux")]
mod science;
mod seed;

use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;

use crate::harness::{BUILTIN_PYTHON, Home, Service, TempDir, runtray, skip};

/// Names the program.
const VARIABLE: &str = "RUNTRAY_TEST_BUILTIN_PYTHON";

/// The runtime that its programs' results name.
const NAME: &str = "CPython 3.14 (built in)";

/// The program, if there is one to test; says why if there is none.
fn program() -> Option<PathBuf> {
    let program = std::env::var_os(VARIABLE).map(PathBuf::from);
    if program.is_none() {
        skip(format_args!("{VARIABLE} does not name the built-in Python"));
    }
    program
}

/// A machine on which nothing is found: no PATH, and an empty home that is also the current folder.
struct Bare {
    home: Home,
    empty: TempDir,
    program: PathBuf,
}

impl Bare {
    fn new(settings: &str) -> Option<Self> {
        let empty = TempDir::new().expect("an empty folder");
        Some(Self { home: Home::without_interpreters(settings), empty, program: program()? })
    }

    /// The command `runtray` on this machine, without arguments.
    fn runtray(&self) -> Command {
        let given = runtray(&self.home);
        let mut command = Command::new(given.get_program());
        command.env_clear().env("PATH", self.empty.path()).env("HOME", self.empty.path());
        command.env("RUNTRAY_HOME", self.home.path()).env(BUILTIN_PYTHON, &self.program);
        command.current_dir(self.empty.path());
        // Without `SystemRoot` Windows opens no socket.
        command.envs(std::env::vars_os().filter(|(name, _)| name.eq_ignore_ascii_case("SystemRoot")));
        command
    }

    fn start(self) -> Running {
        let mut command = self.runtray();
        command.args(["serve", "--port", "0"]);
        Running { service: Service::start_by(command, &self.home), machine: self }
    }
}

/// A service, and the folders that it needs as long as it lives.
struct Running {
    service: Service,
    #[cfg_attr(windows, expect(dead_code, reason = "there it only has to live as long as the service"))]
    machine: Bare,
}

impl Deref for Running {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

/// A service with `settings` on such a machine.
fn start(settings: &str) -> Option<Running> {
    Bare::new(settings).map(Bare::start)
}
