//! Creates a program's standard streams on Linux and macOS: pipes, or a terminal.

use std::io;
use std::os::fd::OwnedFd;

use super::pipes::{Input, Output, Pipes};
use super::terminal::{self, Pair};
use crate::session::TerminalSize;

/// Our ends of a program's standard streams, and the program's three.
pub(crate) fn open(terminal: Option<TerminalSize>) -> io::Result<(Pipes, [OwnedFd; 3])> {
    if let Some(size) = terminal {
        let Pair { input, output, terminal, theirs } = terminal::open(size)?;
        let pipes = Pipes { stdin: input, stdout: output, stderr: None, terminal: Some(terminal) };
        return Ok((pipes, [theirs.try_clone()?, theirs.try_clone()?, theirs]));
    }
    let (stdin, stdin_ours) = io::pipe()?;
    let (stdout_ours, stdout) = io::pipe()?;
    let (stderr_ours, stderr) = io::pipe()?;
    let pipes = Pipes {
        stdin: Input::from_owned_fd(stdin_ours.into())?,
        stdout: Output::from_owned_fd(stdout_ours.into())?,
        stderr: Some(Output::from_owned_fd(stderr_ours.into())?),
        terminal: None,
    };
    Ok((pipes, [stdin.into(), stdout.into(), stderr.into()]))
}
