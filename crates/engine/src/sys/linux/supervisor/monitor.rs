//! The supervisor's loop: the dead, the service's control, new processes, and a look at the limits when it is due.

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
use super::memory::Memory;
use crate::sys::exit::{Breach, Exit};
use crate::sys::linux::child_status::{self, ChildStatus, WaitFor};
use crate::sys::linux::own_process::wait;
use crate::sys::linux::protocol::{Bounds, ControlMessage, Report};
use crate::sys::linux::sandbox::mode::Mode;
use crate::sys::linux::{procfs, subreaper};

/// How often a tree is looked at in its first second, and while it uses more than half of what it may.
const CLOSELY: Duration = Duration::from_millis(10);
/// How often a tree is looked at otherwise.
const CALMLY: Duration = Duration::from_millis(50);
/// So many times the allowed processes, dead ones included, are too many whatever each of them is: no time is spent on looking.
const FLOOD: usize = 64;
/// The dead that are taken at once, and the new processes that are answered, before all else gets its turn.
const AT_ONCE: usize = 64;

/// What a run's supervisor watches.
pub(crate) struct Monitor {
    pub(crate) bounds: Bounds,
    pub(crate) mode: Mode,
    pub(crate) main: Pid,
    pub(crate) children: SignalFd,
    pub(crate) cpu: CpuAccounting,
    pub(crate) memory: Memory,
    /// When the program began to do something of its own; until then nobody looks.
    pub(crate) began: Option<Instant>,
    pub(crate) next_look: Instant,
    pub(crate) breach: Option<Breach>,
    pub(crate) status: Option<ChildStatus>,
}

/// What is left after some of the dead were taken.
#[derive(PartialEq, Eq)]
enum Left {
    /// No child.
    Nothing,
    /// Living children.
    Living,
    /// Perhaps more of the dead.
    Dead,
}

/// What there is to do.
struct Ready {
    died: bool,
    told: bool,
}

impl Monitor {
    /// Returns when the program has ended, broke a limit, or is to end because the service says so or is gone. However much else
    /// there is to do, a look is taken when it is due.
    pub(crate) fn until_the_end(&mut self, control: &mut ControlReader) -> io::Result<()> {
        let mut more_dead = false;
        loop {
            let ready = self.poll(control, more_dead)?;
            if ready.died || more_dead {
                more_dead = self.reap()? == Left::Dead;
            }
            if self.status.is_some() || (ready.told && !self.obey(control)?) {
                return Ok(());
            }
            if self.began.is_some() && Instant::now() >= self.next_look {
                let began = Instant::now();
                let pause = self.look();
                // Half of the time is left to all else, however long a look takes.
                self.next_look = Instant::now() + pause.max(began.elapsed());
            }
            if self.breach.is_some() {
                return Ok(());
            }
        }
    }

    /// Waits for something to do, until the next look at most.
    fn poll(&self, control: &ControlReader, at_once: bool) -> io::Result<Ready> {
        let until_look = self.began.map(|_| self.next_look.saturating_duration_since(Instant::now()));
        let timeout = match until_look {
            _ if at_once => PollTimeout::ZERO,
            // Rounded up: a poll of no time at all would be repeated until the look is due.
            Some(time) => PollTimeout::try_from(time + Duration::from_millis(1)).map_err(io::Error::other)?,
            None => PollTimeout::NONE,
        };
        let mut descriptors = [
            PollFd::new(self.children.as_fd(), PollFlags::POLLIN),
            PollFd::new(control.socket().as_fd(), PollFlags::POLLIN),
        ];
        wait(&mut descriptors, timeout)?;
        let [died, told] = descriptors.map(|fd| fd.any().unwrap_or(false));
        Ok(Ready { died, told })
    }

    /// Does what the service says; false when that is to end the run.
    fn obey(&mut self, from: &mut ControlReader) -> io::Result<bool> {
        let Some(messages) = from.take()? else { return Ok(false) };
        for message in messages {
            match message {
                ControlMessage::Begin => {
                    self.began = Some(Instant::now());
                    self.next_look = Instant::now() + CLOSELY;
                    self.cpu.begin(self.main);
                    from.answer(&Report::Begun);
                }
                ControlMessage::Ping => from.answer(&Report::Alive),
                ControlMessage::Go => return Err(io::ErrorKind::InvalidData.into()),
                // The program leads its group until it is reaped, so that the group is there; it may have ended by itself.
                ControlMessage::Signal(number) => {
                    let _ = Signal::try_from(number).map(|signal| killpg(self.main, signal));
                }
            }
        }
        Ok(true)
    }

    /// Compares what the tree uses with what it may, and says when to look again.
    fn look(&mut self) -> Duration {
        let processes = processes(self.mode);
        let Bounds { cpu, processes: most, memory_bytes, .. } = self.bounds;
        let most = most as usize;
        if processes.len() > FLOOD * most || procfs::more_alive(&processes, most) {
            self.breach = Some(Breach::Processes);
            return CLOSELY;
        }
        let rows = procfs::rows(&processes);
        self.cpu.note(&rows);
        self.breach = if self.cpu.used(&rows) > cpu {
            Some(Breach::Cpu)
        } else {
            self.memory.is_exceeded(&rows, &processes).then_some(Breach::Memory)
        };
        let alive = rows.iter().filter(|row| row.is_alive()).count();
        let tight = self.memory.seen() > memory_bytes / 2 || alive > most / 2;
        if tight || self.began.is_none_or(|began| began.elapsed() < Duration::from_secs(1)) { CLOSELY } else { CALMLY }
    }

    /// Takes some of the dead. An interpreter that waits for its program has nothing of its own to do yet: when something stops it,
    /// it is woken.
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

    /// Ends whatever is left and waits until it is gone.
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
            let pause = if left == Left::Dead { Duration::ZERO } else { CLOSELY };
            wait(
                &mut [PollFd::new(self.children.as_fd(), PollFlags::POLLIN)],
                PollTimeout::try_from(pause).map_err(io::Error::other)?,
            )?;
        }
    }

    /// How the tree ended. Only our own cpu tell whether a limit was broken: a signal may be the program's own.
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
fn processes(mode: Mode) -> Vec<Pid> {
    if mode == Mode::Subreaper { subreaper::descendants(Pid::this()) } else { procfs::all_but_first() }
}
