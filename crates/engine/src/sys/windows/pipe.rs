//! Pipes: overlapped on our side, synchronous on the program's.
#![expect(unsafe_code, reason = "handles are marked inheritable, and a client asked for, by Win32 calls")]

use std::fs::OpenOptions;
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{AsRawHandle, OwnedHandle};

use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
use ulid::Ulid;
use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::System::Pipes::GetNamedPipeClientProcessId;

/// The program's ends of its standard streams. To be dropped once the program has started.
pub(super) struct Streams {
    pub(super) stdin: OwnedHandle,
    pub(super) stdout: OwnedHandle,
    pub(super) stderr: OwnedHandle,
}

/// The use of our end of a pipe.
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
    Ok((server, client.into()))
}

/// The process that connected to `pipe`; `None` if none has, or the system does not tell.
pub(crate) fn client(pipe: &NamedPipeServer) -> Option<u32> {
    let mut process = 0;
    // SAFETY: the handle is open as long as `pipe` lives, and the place for the answer is ours.
    let found = unsafe { GetNamedPipeClientProcessId(pipe.as_raw_handle(), &raw mut process) };
    (found != 0 && process != 0).then_some(process)
}

/// Handles that a new process inherits, as long as this lives. Other processes must not be started meanwhile.
pub(super) struct Inheritable<'a>(Vec<&'a OwnedHandle>);

impl<'a> Inheritable<'a> {
    /// Marks `handles`. They are unmarked on drop, also if one of them cannot be marked.
    pub(super) fn mark(handles: impl IntoIterator<Item = &'a OwnedHandle>) -> io::Result<Self> {
        let mut marked = Self(Vec::new());
        for handle in handles {
            marked.0.push(handle);
            set_inherit(handle, HANDLE_FLAG_INHERIT)?;
        }
        Ok(marked)
    }
}

impl Drop for Inheritable<'_> {
    fn drop(&mut self) {
        for handle in &self.0 {
            // Fails for no handle that could be marked.
            let _ = set_inherit(handle, 0);
        }
    }
}

fn set_inherit(handle: &OwnedHandle, flag: u32) -> io::Result<()> {
    // SAFETY: the handle is open, and only its own flag changes.
    let done = unsafe { SetHandleInformation(handle.as_raw_handle(), HANDLE_FLAG_INHERIT, flag) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::os::windows::io::{AsRawHandle, OwnedHandle};

    use windows_sys::Win32::Foundation::{GetHandleInformation, HANDLE_FLAG_INHERIT};

    use super::{End, Inheritable, pair};

    fn is_inheritable(handle: &OwnedHandle) -> bool {
        let mut flags = 0;
        // SAFETY: the handle is open, and the place for the answer is ours.
        let done = unsafe { GetHandleInformation(handle.as_raw_handle(), &raw mut flags) };
        assert_ne!(done, 0);
        flags & HANDLE_FLAG_INHERIT != 0
    }

    #[tokio::test]
    async fn a_pipe_is_inheritable_only_while_its_process_is_started() {
        let (_server, client) = pair(End::Reads).await.expect("a pipe");
        assert!(!is_inheritable(&client));
        let marked = Inheritable::mark([&client]).expect("a handle to mark");
        assert!(is_inheritable(&client));
        drop(marked);
        assert!(!is_inheritable(&client));
    }
}
