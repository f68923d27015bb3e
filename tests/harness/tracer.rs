//! Another process under `ptrace`, which a test lets continue from one system call to the next.

use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// A process without a system call for this long is considered to be waiting.
const REST: Duration = Duration::from_millis(300);

/// An action against a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    /// `SIGKILL`.
    Kill,
    /// `SIGSTOP`.
    Stop,
    /// Stops it in the tracer; no signal but `SIGKILL` makes it continue.
    Hold,
}

/// A process that this thread traces.
#[derive(Debug)]
pub(crate) struct Held(Pid);

impl Held {
    /// Stops a process. It must belong to the same user unless this is root. `Err` if the machine forbids tracing, as many
    /// containers do.
    pub(crate) fn seize(pid: u32) -> nix::Result<Self> {
        let pid = Pid::from_raw(i32::try_from(pid).expect("a process id"));
        ptrace::seize(pid, Options::PTRACE_O_TRACESYSGOOD)?;
        ptrace::interrupt(pid)?;
        waitpid(pid, Some(WaitPidFlag::__WALL))?;
        Ok(Self(pid))
    }

    /// Lets it make this many steps; each is the begin or the end of a system call. `false` if it waited or ended before.
    pub(crate) fn step(&self, steps: usize) -> bool {
        let mut signal = None;
        for _ in 0..steps {
            if ptrace::syscall(self.0, signal).is_err() {
                return false;
            }
            signal = match self.next_stop() {
                Some(WaitStatus::Stopped(_, signal)) => Some(signal),
                Some(WaitStatus::Exited(..) | WaitStatus::Signaled(..)) | None => return false,
                Some(_) => None,
            };
        }
        true
    }

    fn next_stop(&self) -> Option<WaitStatus> {
        let deadline = Instant::now() + REST;
        loop {
            match waitpid(self.0, Some(WaitPidFlag::WNOHANG | WaitPidFlag::__WALL)) {
                Ok(WaitStatus::StillAlive) if Instant::now() < deadline => std::thread::yield_now(),
                Ok(WaitStatus::StillAlive) | Err(_) => return None,
                Ok(status) => return Some(status),
            }
        }
    }

    /// Deals it a blow, and then releases it unless the blow is [`Blow::Hold`].
    pub(crate) fn suffer(&self, blow: Blow) {
        match blow {
            Blow::Kill => drop(kill(self.0, Signal::SIGKILL)),
            Blow::Stop => drop(kill(self.0, Signal::SIGSTOP)),
            Blow::Hold => return,
        }
        self.release();
    }

    /// Lets it continue, if it still exists.
    pub(crate) fn release(&self) {
        if ptrace::detach(self.0, None) == Err(Errno::ESRCH) {
            // It is running between two stops, or it is dead and not yet reaped by its tracer.
            let _ = ptrace::interrupt(self.0);
            self.next_stop();
            let _ = ptrace::detach(self.0, None);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release();
    }
}
