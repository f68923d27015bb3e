//! The launcher process: takes a run's descriptors, forks its supervisor, reaps it.

use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, setsid};

use super::namespaces::{self, Mode};
use super::protocol::{self, Report};
use super::{limits, subreaper, supervisor};

/// The program name that makes this program a launcher.
pub(super) const NAME: &str = "runtray-launcher";
/// The launcher's socket: its standard input.
const SOCKET: RawFd = 0;
const DESCRIPTORS: usize = 4;

/// Must be called first thing in `main` of any program that starts an [`Engine`](crate::Engine), before there are threads: in
/// the launcher process it never returns.
pub fn enter() {
    if std::env::args_os().next().is_some_and(|name| name == NAME) {
        let code = i32::from(serve().is_err());
        std::process::exit(code);
    }
}

/// A run's descriptors, as they came.
pub(super) struct Run {
    pub(super) control: UnixStream,
    pub(super) stdin: OwnedFd,
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
}

fn serve() -> io::Result<()> {
    let _ = setsid();
    limits::get_ahead();
    subreaper::become_one()?;
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGCHLD);
    signals.thread_block()?;
    let children = SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
    // SAFETY: descriptor 0 is the socket that the service started us with; nothing else in this process owns it.
    #[expect(unsafe_code, reason = "taking ownership of an inherited descriptor")]
    let socket = unsafe { OwnedFd::from_raw_fd(SOCKET) };
    let mode = namespaces::probe();
    let mut supervisors = Vec::new();
    loop {
        let mut ready =
            [PollFd::new(socket.as_fd(), PollFlags::POLLIN), PollFd::new(children.as_fd(), PollFlags::POLLIN)];
        wait(&mut ready, PollTimeout::NONE)?;
        let [asked, died] = ready.map(|fd| fd.any().unwrap_or(false));
        if died {
            while children.read_signal()?.is_some() {}
            reap(&mut supervisors);
        }
        if asked {
            match receive()? {
                Some(run) => fork(run, mode, &mut supervisors),
                None => return Ok(()),
            }
        }
    }
}

/// Waits until a descriptor is ready; 0 when none is in time, or when a signal came between.
pub(super) fn wait(descriptors: &mut [PollFd<'_>], timeout: PollTimeout) -> nix::Result<i32> {
    match poll(descriptors, timeout) {
        Err(Errno::EINTR) => Ok(0),
        result => result,
    }
}

/// Takes one run's descriptors; `None` when the service is gone.
fn receive() -> io::Result<Option<Run>> {
    let mut byte = [0; 8];
    let mut data = [IoSliceMut::new(&mut byte)];
    let mut space = nix::cmsg_space!([RawFd; DESCRIPTORS]);
    let message = recvmsg::<()>(SOCKET, &mut data, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC)?;
    if message.bytes == 0 {
        return Ok(None);
    }
    let descriptors: Vec<RawFd> = message
        .cmsgs()?
        .filter_map(|part| if let ControlMessageOwned::ScmRights(fds) = part { Some(fds) } else { None })
        .flatten()
        .collect();
    // SAFETY: the kernel has just made these descriptors for us, and nothing else in this process owns them.
    #[expect(unsafe_code, reason = "taking ownership of received descriptors")]
    let mut owned = descriptors.into_iter().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) });
    let (Some(control), Some(stdin), Some(stdout), Some(stderr)) =
        (owned.next(), owned.next(), owned.next(), owned.next())
    else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    Ok(Some(Run { control: control.into(), stdin, stdout, stderr }))
}

/// Forks the supervisor of `run`. When that fails the run's control socket closes with the error in it.
fn fork(mut run: Run, mode: Mode, supervisors: &mut Vec<Pid>) {
    match namespaces::fork(mode) {
        Ok(None) => supervisor::main(run, mode),
        Ok(Some(pid)) => {
            supervisors.push(pid);
            let _ = protocol::write(&mut run.control, &Report::Supervised(pid.as_raw()));
        }
        Err(error) => {
            let _ = protocol::write(&mut run.control, &Report::NotStarted(error as i32));
        }
    }
}

/// Reaps what has died, and kills what a supervisor left to us by dying before its tree.
fn reap(supervisors: &mut Vec<Pid>) {
    while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
        match status.pid() {
            Some(pid) => supervisors.retain(|known| *known != pid),
            None => break,
        }
        if matches!(status, WaitStatus::Signaled(..)) {
            subreaper::kill_children_but(supervisors);
        }
    }
}
