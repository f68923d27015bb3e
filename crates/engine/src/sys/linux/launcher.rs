//! The launcher process: takes a run's descriptors, finds it a supervisor, reaps that.

use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::{Pid, setsid};

use super::namespaces::{self, Mode};
use super::numbers::Numbers;
use super::protocol::{self, Report};
use super::spare::Spare;
use super::{limits, subreaper};

/// The program name that makes this program a launcher.
pub(super) const NAME: &str = "runtray-launcher";
/// The launcher's socket: its standard input.
const SOCKET: RawFd = 0;
const DESCRIPTORS: usize = 4;

/// Must be called first thing in `main` of any program that starts an [`Engine`](crate::Engine), before there are threads: in
/// the launcher process it never returns.
pub fn enter() {
    if std::env::args_os().next().is_some_and(|name| name == NAME) {
        main();
    }
}

/// Serves the process at the other end of the socket that is our standard input, until that is gone.
pub(super) fn main() -> ! {
    end(i32::from(serve().is_err()))
}

/// Ends this process as it is: what libraries of the service do at its end is nothing of a forked one's.
pub(super) fn end(code: i32) -> ! {
    // SAFETY: it takes nothing from the process that it ends.
    #[expect(unsafe_code, reason = "there is no safe wrapper")]
    unsafe {
        nix::libc::_exit(code)
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
    // SAFETY: descriptor 0 is the socket that the service gave us; nothing else in this process owns it.
    #[expect(unsafe_code, reason = "taking ownership of an inherited descriptor")]
    let socket = unsafe { OwnedFd::from_raw_fd(SOCKET) };
    let mut launcher =
        Launcher { mode: namespaces::probe(), supervisors: Vec::new(), numbers: Numbers::default(), spare: None };
    let mut prepared = false;
    loop {
        let mut ready =
            [PollFd::new(socket.as_fd(), PollFlags::POLLIN), PollFd::new(children.as_fd(), PollFlags::POLLIN)];
        // A supervisor is forked ahead only while nobody waits for one, and tried once for each run.
        let patience = if prepared { PollTimeout::NONE } else { PollTimeout::ZERO };
        if wait(&mut ready, patience)? == 0 && !prepared {
            launcher.spare = launcher.fork().ok();
            prepared = true;
            continue;
        }
        let [asked, died] = ready.map(|fd| fd.any().unwrap_or(false));
        if died {
            while children.read_signal()?.is_some() {}
            launcher.reap();
        }
        if asked {
            match receive(socket.as_fd())? {
                Some(run) => launcher.launch(run),
                None => return Ok(()),
            }
            prepared = false;
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

/// Takes one run's descriptors; `None` when the sender is gone.
pub(super) fn receive(socket: BorrowedFd<'_>) -> io::Result<Option<Run>> {
    let mut byte = [0; 8];
    let mut data = [IoSliceMut::new(&mut byte)];
    let mut space = nix::cmsg_space!([RawFd; DESCRIPTORS]);
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut data, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC)?;
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

/// Hands descriptors over: those of a run to the launcher, and on to a supervisor.
pub(super) fn send(socket: BorrowedFd<'_>, descriptors: &[RawFd; DESCRIPTORS]) -> nix::Result<()> {
    let rights = [ControlMessage::ScmRights(descriptors)];
    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    sendmsg::<()>(socket.as_raw_fd(), &[io::IoSlice::new(b"run")], &rights, flags, None).map(drop)
}

struct Launcher {
    mode: Mode,
    supervisors: Vec<Pid>,
    numbers: Numbers,
    /// The one that waits for the next run.
    spare: Option<Spare>,
}

impl Launcher {
    /// Forks a supervisor.
    fn fork(&mut self) -> nix::Result<Spare> {
        let number = self.numbers.next();
        let spare = Spare::fork(self.mode, number)?;
        self.numbers.take(number, spare.pid());
        self.supervisors.push(spare.pid());
        Ok(spare)
    }

    /// Gives `run` a supervisor: the one that waits, else a new one. When there is none its control socket closes with the error
    /// in it.
    fn launch(&mut self, mut run: Run) {
        let waiting = self.spare.take().and_then(|spare| spare.hand(&run).ok());
        let supervisor = match waiting {
            Some(pid) => Ok(pid),
            None => self.fork().and_then(|spare| spare.hand(&run)),
        };
        let report = match supervisor {
            Ok(pid) => Report::Supervised(pid.as_raw()),
            Err(error) => Report::NotStarted(error as i32),
        };
        let _ = protocol::write(&mut run.control, &report);
    }

    /// Reaps what has died. A supervisor without a namespace may have died before its tree, which then is left to us.
    fn reap(&mut self) {
        while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            let Some(pid) = status.pid() else { break };
            self.supervisors.retain(|known| *known != pid);
            self.numbers.free(pid);
            self.spare = self.spare.take().filter(|spare| spare.pid() != pid);
            if self.mode == Mode::Subreaper {
                subreaper::kill_children_but(&self.supervisors);
            }
        }
    }
}
