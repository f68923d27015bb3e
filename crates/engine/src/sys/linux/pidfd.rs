//! Process descriptors: unlike a pid, a pidfd always means the same process.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::unix::AsyncFd;
use tokio::time::sleep;

use super::fd_passing;

/// How often a process is checked without a pidfd (before Linux 5.3, and in some containers).
const LOOK: Duration = Duration::from_millis(2);

/// Opens a pidfd. Only the parent can be sure that `pid` is still the same process.
pub(crate) fn open(pid: Pid) -> nix::Result<OwnedFd> {
    // SAFETY: the call takes numbers only.
    #[expect(unsafe_code, reason = "nix has no pidfd_open")]
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    let fd = Errno::result(fd)?;
    // SAFETY: the kernel has just made this descriptor for us.
    #[expect(unsafe_code, reason = "taking ownership of a new descriptor")]
    Ok(unsafe { OwnedFd::from_raw_fd(i32::try_from(fd).unwrap_or(i32::MAX)) })
}

fn send_signal(process: BorrowedFd<'_>, signal: Signal) -> nix::Result<()> {
    let info: *const libc::siginfo_t = std::ptr::null();
    // SAFETY: the descriptor is open, and the kernel fills in a null siginfo by itself.
    #[expect(unsafe_code, reason = "nix has no pidfd_send_signal")]
    let sent = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, process.as_raw_fd(), signal as i32, info, 0) };
    Errno::result(sent).map(drop)
}

/// A process that is not our child.
pub(crate) struct ForeignProcess {
    pid: Pid,
    descriptor: Option<AsyncFd<OwnedFd>>,
}

impl ForeignProcess {
    /// The process `pid`, with its pidfd if there is one. Must be called within a tokio runtime.
    pub(crate) fn new(pid: Pid, descriptor: Option<OwnedFd>) -> io::Result<Self> {
        let descriptor = descriptor.map(fd_passing::waitable).transpose()?;
        Ok(Self { pid, descriptor })
    }

    /// Its pid, which may be reused once it is gone.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// Returns when it has ended. The first process of a PID namespace ends after all others in it. Cancel safe.
    pub(crate) async fn gone(&self) {
        match &self.descriptor {
            Some(descriptor) => drop(descriptor.readable().await),
            None => {
                while kill(self.pid, None).is_ok() {
                    sleep(LOOK).await;
                }
            }
        }
    }

    /// Kills it.
    pub(crate) fn kill(&self) {
        let _ = match &self.descriptor {
            Some(descriptor) => send_signal(descriptor.get_ref().as_fd(), Signal::SIGKILL),
            None => kill(self.pid, Signal::SIGKILL),
        };
    }

    /// Reaps it if it became our child, as orphans do where we are the first process of a container.
    pub(crate) fn reap(&self) {
        use nix::sys::wait::{Id, WaitPidFlag, waitid};
        let Some(descriptor) = &self.descriptor else { return };
        let _ = waitid(Id::PIDFd(descriptor.get_ref().as_fd()), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG);
    }
}
