//! The launcher process: takes a run's descriptors, finds it a supervisor, reaps that, and tells the service of each of these.

mod cgroups;
mod prefork;
mod run_cgroups;

use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sys::prctl;
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Pid, setsid};

use super::child_status::{self, ChildStatus, WaitFor};
use super::fd_passing::{self, Packet};
use super::own_process::{self, wait};
use super::pid_ranges::PidRanges;
use super::protocol::{self, LauncherMessage};
use super::run_descriptors::RunDescriptors;
use super::sandbox::mode::Mode;
use super::sandbox::{namespaces, rlimits};
use super::{pidfd, subreaper};
use prefork::Prefork;
use run_cgroups::RunCgroups;

/// The program name that makes this program a launcher.
pub(crate) const NAME: &str = "runtray-launcher";
/// The launcher's socket: its standard input.
const SOCKET: RawFd = 0;

/// Must be called first thing in `main` of any program that starts an [`Engine`](crate::engine::Engine), before there are threads: in
/// the launcher process it never returns.
pub fn enter() {
    if std::env::args_os().next().is_some_and(|name| name == NAME) {
        main();
    }
}

/// Serves the process at the other end of the socket that is our standard input, until that is gone.
pub(crate) fn main() -> ! {
    own_process::end(i32::from(serve().is_err()))
}

fn serve() -> io::Result<()> {
    let _ = setsid();
    // A launcher that something stopped goes on when the service is gone, to see that and to end.
    prctl::set_pdeathsig(Signal::SIGCONT)?;
    rlimits::raise_priority();
    subreaper::become_one()?;
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGCHLD);
    signals.thread_block()?;
    let children = SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
    // SAFETY: descriptor 0 is the socket that the service gave us; nothing else in this process owns it.
    #[expect(unsafe_code, reason = "taking ownership of an inherited descriptor")]
    let socket = unsafe { OwnedFd::from_raw_fd(SOCKET) };
    let mut launcher = Launcher {
        mode: namespaces::probe(),
        supervisors: Vec::new(),
        pid_ranges: PidRanges::default(),
        cgroups: RunCgroups::probe(),
        dead: Vec::new(),
        prefork: None,
    };
    fd_passing::send(socket.as_fd(), &protocol::bytes(&launcher.mode.containment())?, &[])?;
    launcher.attend(&socket, &children)
}

/// A supervisor, and where the service hears of it once it has a run.
struct Supervisor {
    pid: Pid,
    channel: Option<OwnedFd>,
}

struct Launcher {
    mode: Mode,
    supervisors: Vec<Supervisor>,
    pid_ranges: PidRanges,
    cgroups: RunCgroups,
    /// Supervisors that have ended, of which the service has not heard yet, and whether they ended by themselves.
    dead: Vec<(Supervisor, bool)>,
    /// The one that waits for the next run.
    prefork: Option<Prefork>,
}

impl Launcher {
    /// Does what the service asks until it is gone.
    fn attend(&mut self, socket: &OwnedFd, children: &SignalFd) -> io::Result<()> {
        let mut prepared = false;
        loop {
            let mut ready =
                [PollFd::new(socket.as_fd(), PollFlags::POLLIN), PollFd::new(children.as_fd(), PollFlags::POLLIN)];
            // A supervisor is forked ahead only while nobody waits for one, and tried once for each run.
            let patience = if prepared { PollTimeout::NONE } else { PollTimeout::ZERO };
            if wait(&mut ready, patience)? == 0 && !prepared {
                self.prefork = self.fork().ok();
                prepared = true;
                continue;
            }
            let [asked, died] = ready.map(|fd| fd.any().unwrap_or(false));
            if died {
                while children.read_signal()?.is_some() {}
                self.reap();
            }
            if asked {
                match fd_passing::receive(socket.as_fd())? {
                    Some(message) => self.launch(message)?,
                    None => return Ok(()),
                }
                prepared = false;
            }
        }
    }

    /// Forks a supervisor.
    fn fork(&mut self) -> nix::Result<Prefork> {
        let pid_range = self.pid_ranges.next();
        let cgroup = self.cgroups.next();
        let prefork = Prefork::fork(self.mode, pid_range, cgroup.clone())?;
        self.pid_ranges.take(pid_range, prefork.pid());
        self.cgroups.take(cgroup, prefork.pid());
        self.supervisors.push(Supervisor { pid: prefork.pid(), channel: None });
        Ok(prefork)
    }

    /// Gives a run a supervisor: the one that waits, else a new one. The service hears which, or why there is none.
    fn launch(&mut self, mut message: Packet) -> io::Result<()> {
        if message.descriptors.is_empty() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let channel = message.descriptors.remove(0);
        let run = RunDescriptors::try_from(message.descriptors)?;
        let waiting = self.prefork.take().and_then(|prefork| prefork.hand(&run).ok());
        let supervisor = match waiting {
            Some(pid) => Ok(pid),
            None => self.fork().and_then(|prefork| prefork.hand(&run)),
        };
        match supervisor {
            Ok(pid) => {
                // The supervisor is not reaped before `reap` is called, so that its number is still its own.
                let descriptor = pidfd::open(pid).ok();
                let word = LauncherMessage::Supervised { pid: pid.as_raw(), containment: self.mode.containment() };
                say(&channel, &word, descriptor.as_ref());
                let known = self.supervisors.iter_mut().find(|supervisor| supervisor.pid == pid);
                known.into_iter().for_each(|supervisor| supervisor.channel = channel.try_clone().ok());
            }
            Err(error) => say(&channel, &LauncherMessage::NotForked(error as i32), None),
        }
        Ok(())
    }

    /// Reaps what has died, and wakes a supervisor that something stopped. A supervisor without a namespace may have died before
    /// its tree, which then is left to us: the service hears of that end when the tree is gone too.
    fn reap(&mut self) {
        while let Ok(Some((pid, change))) = child_status::next(WaitFor::ExitsAndStops) {
            match change {
                ChildStatus::Stopped => drop(kill(pid, Signal::SIGCONT)),
                ended => self.bury(pid, ended == ChildStatus::Exited(0)),
            }
        }
        if self.mode == Mode::Subreaper {
            let known: Vec<Pid> = self.supervisors.iter().map(|supervisor| supervisor.pid).collect();
            if subreaper::kill_children_but(&known) {
                return;
            }
        }
        for (supervisor, orderly) in self.dead.drain(..) {
            supervisor.channel.iter().for_each(|channel| say(channel, &LauncherMessage::Gone { orderly }, None));
        }
    }

    fn bury(&mut self, pid: Pid, orderly: bool) {
        self.prefork = self.prefork.take().filter(|prefork| prefork.pid() != pid);
        self.pid_ranges.free(pid);
        self.cgroups.free(pid);
        let place = self.supervisors.iter().position(|supervisor| supervisor.pid == pid);
        self.dead.extend(place.map(|place| (self.supervisors.swap_remove(place), orderly)));
    }
}

/// Tells the service something of a run; a service that does not listen any more has ended that run.
fn say(channel: &OwnedFd, word: &LauncherMessage, descriptor: Option<&OwnedFd>) {
    let descriptors: Vec<RawFd> = descriptor.iter().map(|fd| fd.as_raw_fd()).collect();
    let _ = protocol::bytes(word).map(|bytes| fd_passing::send(channel.as_fd(), &bytes, &descriptors));
}
