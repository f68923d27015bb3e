//! Waiting and exiting, for launcher and supervisor.

use nix::errno::Errno;
use nix::poll::{PollFd, PollTimeout, poll};

/// Exits without running exit handlers: in a forked process the handlers of the service's libraries must not run.
pub(crate) fn end(code: i32) -> ! {
    // SAFETY: it takes nothing from the process that it ends.
    #[expect(unsafe_code, reason = "there is no safe wrapper")]
    unsafe {
        nix::libc::_exit(code)
    }
}

/// Polls descriptors; 0 after the timeout, or when a signal interrupts.
pub(crate) fn wait(descriptors: &mut [PollFd<'_>], timeout: PollTimeout) -> nix::Result<i32> {
    match poll(descriptors, timeout) {
        Err(Errno::EINTR) => Ok(0),
        result => result,
    }
}
