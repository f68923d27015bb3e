//! Operations of the operating system. `unix` and `windows` export the same items.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as platform;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use std::ptr;

use crate::program::Fault;

pub(crate) use platform::{descriptors, ignore_termination, leave_session};

/// Closes a standard stream, named `stdin`, `stdout` or `stderr`.
pub(crate) fn close(stream: &str) -> Result<(), Fault> {
    match stream {
        "stdin" => platform::close_stdin(),
        "stdout" => platform::close_stdout(),
        "stderr" => platform::close_stderr(),
        _ => return Err(Fault::Program(format!("there is no standard stream `{stream}`"))),
    }
    Ok(())
}

/// Ends by reading from an invalid address.
#[expect(unsafe_code, reason = "a fault is what is asked for")]
pub(crate) fn read_null() -> ! {
    // SAFETY: none is claimed. The read is volatile, so it happens, and it ends the process.
    unsafe { ptr::read_volatile(ptr::without_provenance::<u8>(8)) };
    unreachable!("the address 8 was readable")
}
