//! The exit codes.

use std::process::ExitCode;

use runtray_engine::Status;
use runtray_service::{ListenError, StartError};

use crate::print;

/// A failure, which standard error explains. Wrong usage is clap's 2.
pub(crate) const FAILED: u8 = 1;
/// The port is in use, or this user may not use it.
pub(crate) const PORT: u8 = 3;
/// `status`: no service answers.
pub(crate) const NOT_RUNNING: u8 = 4;
/// `update --check`: there is a newer version.
pub(crate) const NEWER: u8 = 5;
/// `run`: a limit ended the program, as with timeout(1).
pub(crate) const LIMIT: u8 = 124;
/// `run`: the program crashed. As in shells, the signal's number is added, if there is one.
const CRASHED: u8 = 128;
/// `run`: cancelled with Ctrl-C, which is signal 2.
const CANCELLED: u8 = 130;

/// SIGKILL, by which Runtray itself ends a program.
const KILL: u8 = 9;

/// The exit code of `run` for the end of a program, as a shell would report it.
pub(crate) fn code(status: Status, exit_code: Option<i32>, signal: Option<&str>) -> ExitCode {
    ExitCode::from(match (status, exit_code, signal.map_or(0, number)) {
        (Status::Timeout | Status::MemoryLimit | Status::OutputLimit, ..) => LIMIT,
        (Status::Cancelled, _, number) if number != 0 && number != KILL => CRASHED + number,
        (Status::Cancelled, ..) => CANCELLED,
        (_, Some(code), _) => u8::try_from(code & 0xff).unwrap_or(FAILED),
        (_, None, number) => CRASHED + number,
    })
}

/// A signal's number; 0 for anything else, such as a Windows exception.
#[cfg(unix)]
fn number(signal: &str) -> u8 {
    signal.parse::<nix::sys::signal::Signal>().ok().and_then(|signal| u8::try_from(signal as i32).ok()).unwrap_or(0)
}

#[cfg(not(unix))]
fn number(_: &str) -> u8 {
    0
}

/// Whether Runtray adds a message to such an end.
pub(crate) fn is_told(status: Status) -> bool {
    !matches!(status, Status::Completed | Status::Failed)
}

/// Prints an error with its causes, and selects the exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    print::note(format_args!("runtray: {error:#}"));
    match error.downcast_ref::<StartError>() {
        Some(StartError::Listen(ListenError::InUse { .. } | ListenError::Reserved { .. })) => {
            print::note(format_args!(
                "Another port: runtray serve --port PORT, or `port = PORT` in the settings file (runtray config path)."
            ));
            ExitCode::from(PORT)
        }
        _ => ExitCode::from(FAILED),
    }
}
