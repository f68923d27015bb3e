//! The supervisor's loop: dead children, control messages, and periodic checks of the limits.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::signalfd::SignalFd;
use nix::unistd::Pid;

use super::control_reader::ControlReader;
use super::cpu_accounting::CpuAccounting;
use super::memory::{Memory, PATIENCE};
use crate::sys::exit::{Breach, Exit};
use crate::sys::linux::child_status::{self, ChildStatus, WaitFor};
use crate::sys::linux::own_process::wait;
use crate::sys::linux::protocol::{Bounds, ControlMessage, Report};
use crate::sys::linux::sandbox::mode::Mode;
use crate::sys::linux::{procfs, subreaper};

/// The interval of checks in the first second, and while the tree uses more than half of a limit.
const CLOSE: Duration = Duration::from_millis(10);
/// The interval of checks otherwise.
const CALM: Duration = Duration::from_millis(50);
/// So many times the process limit, zombies included, is a breach without further checks, which would take too long.
const FLOOD: usize = 64;
/// The most dead children that are reaped in a row before other work gets its turn.
const AT_ONCE: usize = 64;

/// The state of the loop.
pub(crate) struct Monitor {
    pub(crate) bounds: Bounds,
    pub(crate) mode: Mode,
    pub(crate) main: Pid,
    /// The process through which the run reaches the network, if it has one.
    pub(crate) gateway: Option<Pid>,
    pub(crate) children: SignalFd,
    pub(crate) cpu: CpuAccounting,
    pub(crate) memory: Memory,
    /// When the program began; before that nothing is checked.
    pub(crate) began: Option<Instant>,
    pub(crate) next_check: Instant,
    /// Since when the tree cannot be observed.
    pub(crate) blind: Option<Instant>,
    pub(crate) breach: Option<Breach>,
    pub(crate) status: Option<ChildStatus>,
}

/// The children that are left after a reap.
#[derive(PartialEq, Eq)]
enum Left {
    /// No children.
    Nothing,
    /// Living children.
    Living,
    /// Perhaps more dead children.
    Dead,
}

/// The pending work.
struct Ready {
    died: bool,
    has_messages: bool,
}

impl Monitor {
    /// Returns when the program has ended or exceeded a limit, or when the service wants the end or is gone. A check is done
    /// when it is due, however much other work there is.
    pub(crate) fn until_the_end(&mut self, control: &mut ControlReader) -> io::Result<()> {
        let mut more_dead = false;
        loop {
            let ready = self.poll(control, more_dead)?;
            if ready.died || more_dead {
                more_dead = self.reap()? == Left::Dead;
            }
            if self.status.is_some() || (ready.has_messages && !self.handle_messages(control)?) {
                return Ok(());
            }
            if self.began.is_some() && Instant::now() >= self.next_check {
                let began = Instant::now();
                let pause = self.check();
                // At least half of the time is left for other work, however long a check takes.
                self.next_check = Instant::now() + pause.max(began.elapsed());
            }
            if self.breach.is_some() {
                return Ok(());
            }
        }
    }

    /// Waits for work, at most until the next check.
    fn poll(&self, control: &ControlReader, at_once: bool) -> io::Result<Ready> {
        let until_check = self.began.map(|_| self.next_check.saturating_duration_since(Instant::now()));
        let timeout = match until_check {
            _ if at_once => PollTimeout::ZERO,
            // Rounded up: a poll of 0 ms would be repeated until the check is due.
            Some(time) => PollTimeout::try_from(time + Duration::from_millis(1)).map_err(io::Error::other)?,
            None => PollTimeout::NONE,
        };
        let mut descriptors = [
            PollFd::new(self.children.as_fd(), PollFlags::POLLIN),
            PollFd::new(control.socket().as_fd(), PollFlags::POLLIN),
        ];
        wait(&mut descriptors, timeout)?;
        let [died, has_messages] = descriptors.map(|fd| fd.any().unwrap_or(false));
        Ok(Ready { died, has_messages })
    }

    /// Handles the service's messages; false if the run must end.
    fn handle_messages(&mut self, from: &mut ControlReader) -> io::Result<bool> {
        let Some(messages) = from.take()? else { return Ok(false) };
        for message in messages {
            match message {
                ControlMessage::Begin => {
                    self.began = Some(Instant::now());
                    self.next_check = Instant::now() + CLOSE;
                    self.cpu.begin(self.main);
                    from.answer(&Report::Begun);
                }
                ControlMessage::Ping => from.answer(&Report::Alive),
                ControlMessage::Go => return Err(io::ErrorKind::InvalidData.into()),
                // The program leads its group until it is reaped, so the group exists, although the program may have ended.
                ControlMessage::Signal(number) => {
                    let _ = Signal::try_from(number).map(|signal| killpg(self.main, signal));
                }
            }
        }
        Ok(true)
    }

    /// Compares the tree's usage with its limits, and returns the interval to the next check. A tree that cannot be observed for
    /// long is ended: its limits would not hold.
    fn check(&mut self) -> Duration {
        match self.observe() {
            Ok(pause) => {
                self.blind = None;
                pause
            }
            Err(_) => {
                let is_long = self.blind.get_or_insert_with(Instant::now).elapsed() > PATIENCE;
                self.breach = is_long.then_some(Breach::Unmeasured);
                CLOSE
            }
        }
    }

    fn observe(&mut self) -> io::Result<Duration> {
        let processes = processes(self.mode)?;
        // Without `..`, so that a new limit does not compile until it is used here.
        let Bounds { cpu, processes: most, memory_bytes, open_files: _, file_size_bytes: _ } = self.bounds;
        // The gateway is in the tree, but none of the program's processes.
        let most = most as usize + usize::from(self.gateway.is_some());
        // Counted first and cheaply: during a fork bomb the other measurements take too long.
        if processes.len() > FLOOD * most || procfs::more_alive(&processes, most)? {
            self.breach = Some(Breach::Processes);
            return Ok(CLOSE);
        }
        let rows = procfs::rows(&processes)?;
        self.cpu.note(&rows);
        self.breach =
            if self.cpu.used(&rows) > cpu { Some(Breach::Cpu) } else { self.memory.breach(&rows, &processes) };
        let alive = rows.iter().filter(|row| row.is_alive()).count();
        let tight = self.memory.seen() > memory_bytes / 2 || alive > most / 2;
        let is_close = tight || self.began.is_none_or(|began| began.elapsed() < Duration::from_secs(1));
        Ok(if is_close { CLOSE } else { CALM })
    }

    /// Reaps some dead children. Before the program begins, a stopped interpreter is woken: it cannot have stopped itself.
    fn reap(&mut self) -> io::Result<Left> {
        while self.children.read_signal()?.is_some() {}
        let changes = if self.began.is_none() { WaitFor::ExitsAndStops } else { WaitFor::Exits };
        for _ in 0..AT_ONCE {
            match child_status::next(changes) {
                Ok(None) => return Ok(Left::Living),
                Err(Errno::ECHILD) => return Ok(Left::Nothing),
                Ok(Some((pid, ChildStatus::Stopped))) => drop(kill(pid, Signal::SIGCONT)),
                Ok(Some((pid, change))) if pid == self.main => self.status = Some(change),
                result => drop(result?),
            }
        }
        Ok(Left::Dead)
    }

    /// Kills the rest of the tree, and waits until it is gone.
    pub(crate) fn end(&mut self) -> io::Result<()> {
        loop {
            let left = self.reap()?;
            if left == Left::Nothing {
                return Ok(());
            }
            if self.mode == Mode::Subreaper {
                subreaper::kill_descendants();
            } else {
                let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
            }
            let pause = if left == Left::Dead { Duration::ZERO } else { CLOSE };
            wait(
                &mut [PollFd::new(self.children.as_fd(), PollFlags::POLLIN)],
                PollTimeout::try_from(pause).map_err(io::Error::other)?,
            )?;
        }
    }

    /// The end of the tree. Only our own measurements show a breach: the program may have raised a signal itself.
    pub(crate) fn exit(&mut self) -> Exit {
        let (code, signal) = match self.status {
            Some(ChildStatus::Exited(code)) => (Some(code), None),
            Some(ChildStatus::Killed(signal)) => (None, Some(signal)),
            Some(ChildStatus::Stopped) | None => (None, None),
        };
        self.cpu.note(&[]);
        let cpu = self.cpu.used(&[]);
        let peak_memory_bytes = self.memory.peak().max(procfs::reaped().1);
        let breach = self.breach.or(self.memory.was_oom_killed().then_some(Breach::Memory));
        let breach = breach.or((cpu > self.bounds.cpu).then_some(Breach::Cpu));
        let signal = signal.map(child_status::signal_name);
        Exit { code, signal, cpu, peak_memory_bytes, breach }
    }
}

/// The processes of the tree.
fn processes(mode: Mode) -> io::Result<Vec<Pid>> {
    if mode == Mode::Subreaper { subreaper::all_descendants(Pid::this()) } else { procfs::all_but_first() }
}
