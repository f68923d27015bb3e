//! Pipes: overlapped on our side, synchronous on the program's.
#![expect(unsafe_code, reason = "a handle is marked inheritable, and a client asked for, by Win32 calls")]

use std::fs::OpenOptions;
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{AsRawHandle, OwnedHandle};

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
use ulid::Ulid;
use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::System::Pipes::GetNamedPipeClientProcessId;

/// The program's ends of its standard streams, inheritable. To be dropped once the program has started.
pub(super) struct Streams {
    pub(super) stdin: OwnedHandle,
    pub(super) stdout: OwnedHandle,
    pub(super) stderr: OwnedHandle,
}

/// What we do with our end of a pipe.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Reads,
    Writes,
}

/// A named pipe, because anonymous ones have no overlapped I/O. Its name cannot be guessed, and its only instance is connected
/// before anything is written.
pub(super) async fn pair(ours: End) -> io::Result<(NamedPipeServer, OwnedHandle)> {
    let name = format!(r"\\.\pipe\runtray-{}", Ulid::generate());
    let reads = ours == End::Reads;
    let server = ServerOptions::new()
        .access_inbound(reads)
        .access_outbound(!reads)
        .first_pipe_instance(true)
        .reject_remote_clients(true)
        .max_instances(1)
        .create(&name)?;
    let client = OpenOptions::new().read(!reads).write(reads).share_mode(0).open(&name)?;
    server.connect().await?;
    Ok((server, inheritable(client.into())?))
}

/// The process that connected to `pipe`; `None` if none has, or the system does not tell.
pub(crate) fn client(pipe: &NamedPipeServer) -> Option<u32> {
    let mut process = 0;
    // SAFETY: the handle is open as long as `pipe` lives, and the place for the answer is ours.
    let found = unsafe { GetNamedPipeClientProcessId(pipe.as_raw_handle(), &raw mut process) };
    (found != 0 && process != 0).then_some(process)
}

fn inheritable(handle: OwnedHandle) -> io::Result<OwnedHandle> {
    // SAFETY: the handle is open, and only its own flag changes.
    let done = unsafe { SetHandleInformation(handle.as_raw_handle(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(handle) }
}
