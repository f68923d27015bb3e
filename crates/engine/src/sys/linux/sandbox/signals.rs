//! Resets the signals that a program starts with: default actions, nothing blocked.

use std::io;

use nix::libc;

/// All signals, including the two that the C library reserves (32 and 33).
const SIGNALS: std::ops::RangeInclusive<libc::c_int> = 1..=64;
/// Size of the kernel's signal set.
const SET_BYTES: usize = 8;

/// Larger than the kernel's `struct sigaction`. All zeros is the default action without flags and mask, on every architecture.
#[repr(C, align(8))]
struct Action([u8; 64]);

/// Ignored signals and masks are inherited through exec, which no program expects. Uses system calls, because the C library
/// refuses to touch its reserved signals.
pub(crate) fn reset() -> io::Result<()> {
    let default = Action([0; 64]);
    for signal in SIGNALS.filter(|signal| !matches!(*signal, libc::SIGKILL | libc::SIGSTOP)) {
        let old = std::ptr::null_mut::<Action>();
        // SAFETY: the kernel only reads the action, which is larger than its own structure and installs no handler.
        #[expect(unsafe_code, reason = "the C library has no call for all signals")]
        let result = unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, &raw const default, old, SET_BYTES) };
        if result != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    let (none, old) = (0_u64, std::ptr::null_mut::<u64>());
    // SAFETY: the kernel only reads the empty set.
    #[expect(unsafe_code, reason = "the C library leaves some signals out of every mask")]
    let result = unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_SETMASK, &raw const none, old, SET_BYTES) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}
