//! Windows: handles, process flags and console events.
#![expect(
    unsafe_code,
    reason = "handle counts, console events and closing a standard stream are not in the standard library"
)]

use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle, RawHandle};
use std::os::windows::process::CommandExt as _;
use std::process::Command;
use std::ptr;

const DETACHED_PROCESS: u32 = 0x0000_0008;
const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;

#[link(name = "kernel32")]
unsafe extern "system" {
    safe fn GetCurrentProcess() -> RawHandle;
    fn GetProcessHandleCount(process: RawHandle, count: *mut u32) -> i32;
    fn SetConsoleCtrlHandler(handler: *const (), add: i32) -> i32;
}

/// The number of open handles; reading their names needs a driver.
pub(crate) fn descriptors() -> io::Result<Vec<String>> {
    let mut count = 0;
    // SAFETY: the pseudo-handle of this process is always valid, and `count` outlives the call.
    match unsafe { GetProcessHandleCount(GetCurrentProcess(), &mut count) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(vec![format!("{count} handles")]),
    }
}

/// Starts `command` without our console and in its own process group.
pub(crate) fn leave_session(command: &mut Command) {
    command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
}

pub(crate) fn ignore_termination() -> io::Result<()> {
    // SAFETY: passing no handler makes the process ignore Ctrl+C.
    match unsafe { SetConsoleCtrlHandler(ptr::null(), 1) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

pub(crate) fn close_stdin() {
    close(io::stdin().as_raw_handle());
}

pub(crate) fn close_stdout() {
    close(io::stdout().as_raw_handle());
}

pub(crate) fn close_stderr() {
    close(io::stderr().as_raw_handle());
}

fn close(handle: RawHandle) {
    // SAFETY: nothing else in this process owns a standard stream's handle; using it afterwards is an error, not a fault.
    drop(unsafe { OwnedHandle::from_raw_handle(handle) });
}
