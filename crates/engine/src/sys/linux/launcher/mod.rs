//! The launcher process: receives a run's descriptors, gives it a supervisor, reaps supervisors, and reports both to the
//! service.
//!
//! `prefork` keeps one supervisor ready for the next run. `cgroups` and `run_cgroups` use cgroup version 2 where it is delegated.

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
use super::perf_counter::PerfCounter;
use super::pid_ranges::PidRanges;
use super::protocol::{self, Abilities, LauncherMessage};
use super::run_descriptors::RunDescriptors;
use super::sandbox::mode::Mode;
use super::sandbox::{isolation, limit_filter, namespaces, rlimits};
use super::{pidfd, subreaper};
use crate::sys::open_file_limit;
use prefork::Prefork;
use run_cgroups::RunCgroups;

/// The program name (`argv[0]`) that makes this program a launcher.
pub(crate) const NAME: &str = "runtray-launcher";
/// The launcher's socket: its standard input.
const SOCKET: RawFd = 0;

/// Must be called first in `main` of any program that starts an [`Engine`](crate::engine::Engine), before there are threads. In
/// the launcher process it never returns.
pub fn enter() {
    if std::env::args_os().next().is_some_and(|name| name == NAME) {
        main();
    }
}

/// Serves the service at the other end of standard input until that is gone.
pub(crate) fn main() -> ! {
    own_process::end(i32::from(serve().is_err()))
}

fn serve() -> io::Result<()> {
    let _ = setsid();
    // For supervisors, which open the files and sockets of a run to measure them. Programs get the limit of their run.
    open_file_limit::raise_open_files();
    // Wakes a stopped launcher when the service dies, so that it notices and exits.
    prctl::set_pdeathsig(Signal::SIGCONT)?;
    rlimits::raise_priority();
    subreaper::become_one()?;
    // SIGCHLD is read from a descriptor, so that one poll waits for requests and for dead children.
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGCHLD);
    signals.thread_block()?;
    let children = SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
    // SAFETY: descriptor 0 is the socket that the service gave us; nothing else in this process owns it.
    #[expect(unsafe_code, reason = "taking ownership of an inherited descriptor")]
    let socket = unsafe { OwnedFd::from_raw_fd(SOCKET) };
    // The machine is examined once; supervisors inherit the results.
    let mode = namespaces::probe();
    limit_filter::prepare();
    let abilities = Abilities { containment: mode.containment(), sandbox: isolation::probe::find(mode) };
    let mut launcher = Launcher {
        mode,
        supervisors: Vec::new(),
        pid_ranges: PidRanges::default(),
        cgroups: RunCgroups::probe(mode),
        dead: Vec::new(),
        prefork: None,
        _counting: PerfCounter::hold(),
    };
    fd_passing::send(socket.as_fd(), &protocol::bytes(&abilities)?, &[])?;
    launcher.serve_requests(&socket, &children)
}

/// A supervisor, with the channel to the service once it has a run.
struct Supervisor {
    pid: Pid,
    channel: Option<OwnedFd>,
}

struct Launcher {
    mode: Mode,
    supervisors: Vec<Supervisor>,
    pid_ranges: PidRanges,
    cgroups: RunCgroups,
    /// Supervisors that have ended but are not reported yet, and whether they exited with code 0.
    dead: Vec<(Supervisor, bool)>,
    /// The supervisor that waits for the next run.
    prefork: Option<Prefork>,
    /// Keeps the kernel ready to count.
    _counting: Option<PerfCounter>,
}

impl Launcher {
    /// Handles requests until the service is gone.
    fn serve_requests(&mut self, socket: &OwnedFd, children: &SignalFd) -> io::Result<()> {
        let mut prepared = false;
        loop {
            let mut ready =
                [PollFd::new(socket.as_fd(), PollFlags::POLLIN), PollFd::new(children.as_fd(), PollFlags::POLLIN)];
            // Preforks a supervisor only while no request is pending, and tries once per run.
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

    /// Gives a run the preforked supervisor, or a new one, and reports which; or why there is none.
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
                // Supervisors are reaped in `reap` only, so the pid is still valid.
                let descriptor = pidfd::open(pid).ok();
                let message = LauncherMessage::Supervised { pid: pid.as_raw(), containment: self.mode.containment() };
                report(&channel, &message, descriptor.as_ref());
                let known = self.supervisors.iter_mut().find(|supervisor| supervisor.pid == pid);
                known.into_iter().for_each(|supervisor| supervisor.channel = channel.try_clone().ok());
            }
            Err(error) => report(&channel, &LauncherMessage::NotForked(error as i32), None),
        }
        Ok(())
    }

    /// Reaps dead children, and wakes stopped supervisors. A supervisor without a namespace may die before its tree; the tree
    /// is then killed here, and the end is reported once the tree is gone too.
    fn reap(&mut self) {
        while let Ok(Some((pid, change))) = child_status::next(WaitFor::ExitsAndStops) {
            match change {
                ChildStatus::Stopped => drop(kill(pid, Signal::SIGCONT)),
                ended => self.forget(pid, ended == ChildStatus::Exited(0)),
            }
        }
        if self.mode == Mode::Subreaper {
            let known: Vec<Pid> = self.supervisors.iter().map(|supervisor| supervisor.pid).collect();
            if subreaper::kill_children_but(&known) {
                return;
            }
        }
        for (supervisor, orderly) in self.dead.drain(..) {
            supervisor.channel.iter().for_each(|channel| report(channel, &LauncherMessage::Gone { orderly }, None));
        }
    }

    fn forget(&mut self, pid: Pid, orderly: bool) {
        self.prefork = self.prefork.take().filter(|prefork| prefork.pid() != pid);
        self.pid_ranges.free(pid);
        self.cgroups.free(pid);
        let place = self.supervisors.iter().position(|supervisor| supervisor.pid == pid);
        self.dead.extend(place.map(|place| (self.supervisors.swap_remove(place), orderly)));
    }
}

/// Reports to the service. If the service closed the channel, it has ended that run.
fn report(channel: &OwnedFd, message: &LauncherMessage, descriptor: Option<&OwnedFd>) {
    let descriptors: Vec<RawFd> = descriptor.iter().map(|fd| fd.as_raw_fd()).collect();
    let _ = protocol::bytes(message).map(|bytes| fd_passing::send(channel.as_fd(), &bytes, &descriptors));
}
