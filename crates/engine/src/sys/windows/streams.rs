//! Creates a program's standard streams: pipes, or a pseudo-console.

use std::io;
use std::sync::Arc;

use super::console::{self, Console, Ours};
use super::pipe::{self, End, Streams};
use crate::session::TerminalSize;
use crate::sys::pipes::Pipes;

/// Both ends of all three streams.
pub(super) async fn pipes() -> io::Result<(Pipes, Streams)> {
    let (our_stdin, their_stdin) = pipe::pair(End::Writes).await?;
    let (our_stdout, their_stdout) = pipe::pair(End::Reads).await?;
    let (our_stderr, their_stderr) = pipe::pair(End::Reads).await?;
    let pipes = Pipes { stdin: our_stdin, stdout: our_stdout, stderr: Some(our_stderr), terminal: None };
    Ok((pipes, Streams { stdin: their_stdin, stdout: their_stdout, stderr: their_stderr }))
}

/// A console, and our ends of its pipes.
pub(super) async fn console(size: TerminalSize) -> io::Result<(Pipes, Arc<Console>)> {
    let (Ours { input, output, terminal }, console) = console::open(size).await?;
    Ok((Pipes { stdin: input, stdout: output, stderr: None, terminal: Some(terminal) }, console))
}
