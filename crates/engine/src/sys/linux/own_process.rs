//! What launcher and supervisor do with their own process: wait, and end.

use nix::errno::Errno;
use nix::poll::{PollFd, PollTimeout, poll};

/// Ends this process as it is: what libraries of the service do at its end is nothing of a forked one's.
pub(crate) fn end(code: i32) -> ! {
    // SAFETY: it takes nothing from the process that it ends.
    #[expect(unsafe_code, reason = "there is no safe wrapper")]
    unsafe {
        nix::libc::_exit(code)
    }
}

/// Waits until a descriptor is ready; 0 when none is in time, or when a signal came between.
pub(crate) fn wait(descriptors: &mut [PollFd<'_>], timeout: PollTimeout) -> nix::Result<i32> {
    match poll(descriptors, timeout) {
        Err(Errno::EINTR) => Ok(0),
        result => result,
    }
}
