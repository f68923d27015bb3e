//! Another process, held at a step of its own: it goes on from one system call to the next when a test says so.

use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::ptrace::{self, Options};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

/// A process that makes no system call for so long waits for something.
const REST: Duration = Duration::from_millis(300);

/// What is done to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    /// `SIGKILL`.
    Kill,
    /// `SIGSTOP`.
    Stop,
    /// It does nothing any more, and no signal but `SIGKILL` changes that.
    Hold,
}

/// A process that is traced by this thread.
#[derive(Debug)]
pub(crate) struct Held(Pid);

impl Held {
    /// Holds a process where it is. Only one of the same user, or any for root; `Err` where the machine forbids that, as many
    /// containers do.
    pub(crate) fn seize(pid: u32) -> nix::Result<Self> {
        let pid = Pid::from_raw(i32::try_from(pid).expect("a process id"));
        ptrace::seize(pid, Options::PTRACE_O_TRACESYSGOOD)?;
        ptrace::interrupt(pid)?;
        waitpid(pid, Some(WaitPidFlag::__WALL))?;
        Ok(Self(pid))
    }

    /// Lets it make so many steps, each of which is the begin or the end of a system call; false when it came to rest before, or
    /// has ended.
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

    /// Deals it a blow, and holds it no longer unless that is the blow.
    pub(crate) fn suffer(&self, blow: Blow) {
        match blow {
            Blow::Kill => drop(kill(self.0, Signal::SIGKILL)),
            Blow::Stop => drop(kill(self.0, Signal::SIGSTOP)),
            Blow::Hold => return,
        }
        self.release();
    }

    /// Lets it go on, where it is still there.
    pub(crate) fn release(&self) {
        if ptrace::detach(self.0, None) == Err(Errno::ESRCH) {
            // It runs between two stops, or is dead and waits for its tracer to see that.
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
