//! Standard streams whose other ends are in this process too, for programs that another program runs.

use std::io;

#[cfg(unix)]
use tokio::net::unix::pipe;
#[cfg(windows)]
use tokio::net::windows::named_pipe::{ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions};
#[cfg(windows)]
use ulid::Ulid;

use super::pipes::Pipes;

/// The program's end of its standard input.
#[cfg(unix)]
pub(crate) type InnerInput = pipe::Receiver;
/// The program's end of its standard output or error.
#[cfg(unix)]
pub(crate) type InnerOutput = pipe::Sender;

/// The program's end of its standard input.
#[cfg(windows)]
pub(crate) type InnerInput = NamedPipeClient;
/// The program's end of its standard output or error.
#[cfg(windows)]
pub(crate) type InnerOutput = NamedPipeClient;

/// New pipes: our ends, the program's standard input, and its standard output and error.
#[cfg(unix)]
pub(crate) async fn inner_pipes() -> io::Result<(Pipes, InnerInput, [InnerOutput; 2])> {
    let (ours, stdin) = pipe::pipe()?;
    let (stdout, our_stdout) = pipe::pipe()?;
    let (stderr, our_stderr) = pipe::pipe()?;
    let pipes = Pipes { stdin: ours, stdout: our_stdout, stderr: Some(our_stderr), terminal: None };
    Ok((pipes, stdin, [stdout, stderr]))
}

/// New pipes: our ends, the program's standard input, and its standard output and error.
#[cfg(windows)]
pub(crate) async fn inner_pipes() -> io::Result<(Pipes, InnerInput, [InnerOutput; 2])> {
    let (ours, stdin) = pair(false).await?;
    let (our_stdout, stdout) = pair(true).await?;
    let (our_stderr, stderr) = pair(true).await?;
    let pipes = Pipes { stdin: ours, stdout: our_stdout, stderr: Some(our_stderr), terminal: None };
    Ok((pipes, stdin, [stdout, stderr]))
}

/// Both ends of a pipe that we read (`reads`) or write, connected before anything is written.
#[cfg(windows)]
async fn pair(reads: bool) -> io::Result<(NamedPipeServer, NamedPipeClient)> {
    let name = format!(r"\\.\pipe\runtray-{}", Ulid::generate());
    let mut options = ServerOptions::new();
    options.access_inbound(reads).access_outbound(!reads);
    let server = options.first_pipe_instance(true).reject_remote_clients(true).max_instances(1).create(&name)?;
    let client = ClientOptions::new().read(!reads).write(reads).open(&name)?;
    server.connect().await?;
    Ok((server, client))
}
