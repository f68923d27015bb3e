//! Preforks supervisors: one is ready, with its namespaces, before its run arrives.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::Pid;

use crate::sys::linux::pid_ranges::PidRange;
use crate::sys::linux::run_cgroup::RunCgroup;
use crate::sys::linux::run_descriptors::RunDescriptors;
use crate::sys::linux::sandbox::mode::Mode;
use crate::sys::linux::sandbox::namespaces;
use crate::sys::linux::{fd_passing, own_process, supervisor};

/// The launcher's handle. Dropping it ends a supervisor without a run.
pub(crate) struct Prefork {
    pid: Pid,
    socket: OwnedFd,
}

impl Prefork {
    /// Forks a supervisor whose run uses `pid_range`. In the supervisor's process this does not return.
    pub(crate) fn fork(mode: Mode, pid_range: PidRange, cgroup: Option<RunCgroup>) -> nix::Result<Self> {
        let (ours, theirs) = fd_passing::pair()?;
        match namespaces::fork(mode)? {
            Some(pid) => Ok(Self { pid, socket: ours }),
            None => {
                drop(ours);
                wait(&theirs, mode, pid_range, cgroup)
            }
        }
    }

    /// Its pid in the launcher's namespace.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// Gives it a run.
    pub(crate) fn hand(self, run: &RunDescriptors) -> nix::Result<Pid> {
        let descriptors = [&run.control.as_fd(), &run.stdin.as_fd(), &run.stdout.as_fd(), &run.stderr.as_fd()];
        fd_passing::send(self.socket.as_fd(), b"run", &descriptors.map(AsRawFd::as_raw_fd)).map(|()| self.pid)
    }
}

/// Sets up the namespaces, then waits for a run and supervises it. A failed set-up is reported to that run. Until the run
/// begins, the kernel kills this process with the launcher, even if it is stopped.
fn wait(socket: &OwnedFd, mode: Mode, pid_range: PidRange, cgroup: Option<RunCgroup>) -> ! {
    let bound = prctl::set_pdeathsig(Signal::SIGKILL).map_err(Into::into);
    let prepared = bound.and_then(|()| supervisor::set_up(mode, pid_range, cgroup));
    let run = fd_passing::receive(socket.as_fd())
        .and_then(|message| message.map(|message| RunDescriptors::try_from(message.descriptors)).transpose());
    match run {
        Ok(Some(run)) => supervisor::main(run, mode, prepared),
        Ok(None) | Err(_) => own_process::end(1),
    }
}
