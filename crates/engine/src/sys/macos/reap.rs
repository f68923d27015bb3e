//! The end of a main process: detects it, then takes status and usage.
#![expect(unsafe_code, reason = "nix has neither waitid nor wait4 on macOS")]

use std::io;
use std::mem::zeroed;
use std::time::Duration;

use nix::libc;

/// Status and usage of an ended process.
pub(super) struct Reaped {
    pub(super) status: i32,
    /// Including the children it waited for.
    pub(super) cpu: Duration,
    pub(super) peak_memory_bytes: u64,
}

/// Whether the child `pid` has ended. It is not reaped, so its pid stays valid.
pub(super) fn has_ended(pid: i32) -> io::Result<bool> {
    // SAFETY: the structure holds integers and pointers, for which zero is a value.
    let mut info: libc::siginfo_t = unsafe { zeroed() };
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: the structure outlives the call.
    let failed = unsafe { libc::waitid(libc::P_PID, pid.cast_unsigned(), &raw mut info, options) };
    if failed == 0 { Ok(info.si_pid == pid) } else { Err(io::Error::last_os_error()) }
}

/// Reaps the child `pid`, which has ended.
pub(super) fn reap(pid: i32) -> io::Result<Reaped> {
    let mut status = 0;
    // SAFETY: the structure holds only integers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { zeroed() };
    // SAFETY: both places outlive the call.
    if unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) } != pid {
        return Err(io::Error::last_os_error());
    }
    let cpu = time(usage.ru_utime) + time(usage.ru_stime);
    Ok(Reaped { status, cpu, peak_memory_bytes: u64::try_from(usage.ru_maxrss).unwrap_or(0) })
}

fn time(value: libc::timeval) -> Duration {
    let seconds = Duration::from_secs(u64::try_from(value.tv_sec).unwrap_or(0));
    seconds + Duration::from_micros(u64::try_from(value.tv_usec).unwrap_or(0))
}
