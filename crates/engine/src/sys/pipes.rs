//! Our ends of a tree's standard streams.

#[cfg(unix)]
use tokio::net::unix::pipe;
#[cfg(windows)]
use tokio::net::windows::named_pipe::NamedPipeServer;

#[cfg(unix)]
use super::terminal::Terminal;
#[cfg(windows)]
use super::windows::console::Terminal;

/// Our end of a program's standard input.
#[cfg(unix)]
pub(crate) type Input = pipe::Sender;
/// Our end of a program's standard output or error.
#[cfg(unix)]
pub(crate) type Output = pipe::Receiver;

/// Our end of a program's standard input.
#[cfg(windows)]
pub(crate) type Input = NamedPipeServer;
/// Our end of a program's standard output or error.
#[cfg(windows)]
pub(crate) type Output = NamedPipeServer;

/// Our ends of a tree's standard streams.
pub(crate) struct Pipes {
    /// Its standard input; dropping it is end-of-file.
    pub(crate) stdin: Input,
    /// Its standard output.
    pub(crate) stdout: Output,
    /// Its standard error; `None` with a terminal, which merges it into the output.
    pub(crate) stderr: Option<Output>,
    /// Its terminal, if it has one.
    pub(crate) terminal: Option<Terminal>,
}
