//! A supervisor that is forked before its run comes, so that its namespaces are made while nobody waits for them.

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

/// The launcher's handle. Dropping it ends the supervisor, unless it was given a run.
pub(crate) struct Prefork {
    pid: Pid,
    socket: OwnedFd,
}

impl Prefork {
    /// Forks one whose run's processes count from `pid_range` on; in its process this does not return.
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

    /// Its process id, as the launcher sees it.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// Gives it its run.
    pub(crate) fn hand(self, run: &RunDescriptors) -> nix::Result<Pid> {
        let descriptors = [&run.control.as_fd(), &run.stdin.as_fd(), &run.stdout.as_fd(), &run.stderr.as_fd()];
        fd_passing::send(self.socket.as_fd(), b"run", &descriptors.map(AsRawFd::as_raw_fd)).map(|()| self.pid)
    }
}

/// Settles down, and supervises the run that comes. Why it could not settle is told to that run. Until its run begins it goes with
/// the launcher, however that ends, also when something has stopped it.
fn wait(socket: &OwnedFd, mode: Mode, pid_range: PidRange, cgroup: Option<RunCgroup>) -> ! {
    let bound = prctl::set_pdeathsig(Signal::SIGKILL).map_err(Into::into);
    let settled = bound.and_then(|()| supervisor::settle(mode, pid_range, cgroup));
    let run = fd_passing::receive(socket.as_fd())
        .and_then(|message| message.map(|message| RunDescriptors::try_from(message.descriptors)).transpose());
    match run {
        Ok(Some(run)) => supervisor::main(run, mode, settled),
        Ok(None) | Err(_) => own_process::end(1),
    }
}
