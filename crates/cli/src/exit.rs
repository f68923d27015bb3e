//! What the program's exit codes mean.

use std::process::ExitCode;

use runtray_service::{ListenError, StartError};

/// It failed; standard error says why. Wrong usage is clap's 2.
pub(crate) const FAILED: u8 = 1;
/// The port is in use, or this user may not have it.
pub(crate) const PORT: u8 = 3;
/// `status`: no service answers.
pub(crate) const NOT_RUNNING: u8 = 4;
/// `run`: a limit ended the program, as with timeout(1).
pub(crate) const LIMIT: u8 = 124;
/// `run`: the program crashed or was cancelled; shells use 128 + signal, and Ctrl-C is signal 2.
pub(crate) const CRASHED: u8 = 128;
/// `run`: cancelled with Ctrl-C.
pub(crate) const CANCELLED: u8 = 130;

/// Prints what went wrong, with what caused it, and picks the exit code.
pub(crate) fn report(error: &anyhow::Error) -> ExitCode {
    eprintln!("runtray: {error:#}");
    match error.downcast_ref::<StartError>() {
        Some(StartError::Listen(ListenError::InUse { .. } | ListenError::Reserved { .. })) => {
            eprintln!(
                "Another port: runtray serve --port PORT, or `port = PORT` in the settings file (runtray config path)."
            );
            ExitCode::from(PORT)
        }
        _ => ExitCode::from(FAILED),
    }
}
