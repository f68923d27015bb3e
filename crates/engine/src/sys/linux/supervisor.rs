//! The supervisor process of one run: starts the program, watches it, and ends all that is left.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sys::signal::{SigSet, Signal, kill, killpg};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{Pid, dup2_stdin};

use super::launcher::{self, Run, wait};
use super::namespaces::{self, Mode};
use super::numbers::Number;
use super::orders::Orders;
use super::protocol::{self, Bounds, Job, Order, Report};
use super::{limits, procfs, subreaper, walls};
use crate::sys::{Breach, Exit, terminal};

/// How often a tree is looked at in its first second, and while it uses more than half of what it may.
const CLOSELY: Duration = Duration::from_millis(10);
/// How often a tree is looked at otherwise.
const CALMLY: Duration = Duration::from_millis(50);

/// How long a tree may take to say what memory it really holds.
const ASKING: Duration = Duration::from_millis(200);
/// How often in a row it may fail to.
const SILENCE: u32 = 5;
/// So many times the allowed processes, dead ones included, are too many whatever each of them is: no time is spent on looking.
const FLOOD: usize = 64;

/// Makes this process fit to supervise. Descriptor 0 is the launcher's own socket, whose end the service must notice when the
/// launcher dies.
pub(super) fn settle(mode: Mode, number: Number) -> io::Result<()> {
    dup2_stdin(File::open("/dev/null")?)?;
    namespaces::settle(mode)?;
    if mode != Mode::Subreaper {
        number.begin();
    }
    Ok(())
}

/// Runs the program of `run` to its end, reports, and exits; unless this process could not be `settled`, which it reports too.
pub(super) fn main(run: Run, mode: Mode, settled: io::Result<()>) -> ! {
    let mut control = match run.control.try_clone() {
        Ok(control) => control,
        Err(_) => launcher::end(1),
    };
    let report = match settled.and_then(|()| supervise(run, mode)) {
        Ok(exit) => Report::Ended(exit),
        Err(error) => Report::NotStarted(error.raw_os_error().unwrap_or(nix::libc::EIO)),
    };
    let _ = protocol::write(&mut control, &report);
    launcher::end(0);
}

fn supervise(mut run: Run, mode: Mode) -> io::Result<Exit> {
    let children =
        SignalFd::with_flags(&SigSet::from(Signal::SIGCHLD), SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
    let job = walls::enter(protocol::read(&mut run.control)?, mode)?;
    let Job { program, args, env, folder, bounds, waits, terminal, .. } = job;
    namespaces::hold_back(mode, limits::most_tasks(&bounds));
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(env).current_dir(folder);
    let mut orders = Orders::of(run.control.try_clone()?);
    let main = start(command, run, move || prepare(&bounds, mode, terminal))?;
    let mut watch = Watch {
        bounds,
        mode,
        main,
        children,
        began: (!waits).then(Instant::now),
        before: Duration::ZERO,
        peak: 0,
        seen: 1,
        silent: 0,
        breach: None,
        status: None,
    };
    watch.until_the_end(&mut orders)?;
    watch.end()?;
    Ok(watch.exit())
}

/// What the program's process does first.
fn prepare(bounds: &Bounds, mode: Mode, has_terminal: bool) -> io::Result<()> {
    limits::apply(bounds, mode)?;
    if has_terminal { terminal::take_control() } else { Ok(()) }
}

/// Starts the program; our copies of its streams are closed when this returns.
fn start(
    mut command: Command,
    run: Run,
    prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) -> io::Result<Pid> {
    command.stdin(run.stdin).stdout(run.stdout).stderr(run.stderr);
    // SAFETY: this process has one thread, so what runs between fork and exec may do what any code may.
    #[expect(unsafe_code, reason = "pre_exec is unsafe because of other threads' locks")]
    unsafe {
        command.pre_exec(prepare)
    };
    let child = command.spawn()?;
    Ok(Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?))
}

struct Watch {
    bounds: Bounds,
    mode: Mode,
    main: Pid,
    children: SignalFd,
    /// When the program began to do something of its own; until then nobody looks.
    began: Option<Instant>,
    /// CPU time that was used before that.
    before: Duration,
    peak: u64,
    seen: u32,
    silent: u32,
    breach: Option<Breach>,
    status: Option<WaitStatus>,
}

impl Watch {
    /// Returns when the program has ended, broke a limit, or is to end because the service says so or is gone.
    fn until_the_end(&mut self, orders: &mut Orders) -> io::Result<()> {
        let mut pause = CLOSELY;
        loop {
            let timeout = self.began.map_or(Ok(PollTimeout::NONE), |_| PollTimeout::try_from(pause));
            let timeout = timeout.map_err(io::Error::other)?;
            let mut ready = [
                PollFd::new(self.children.as_fd(), PollFlags::POLLIN),
                PollFd::new(orders.socket().as_fd(), PollFlags::POLLIN),
            ];
            let events = wait(&mut ready, timeout)?;
            let [died, told] = ready.map(|fd| fd.any().unwrap_or(false));
            if died {
                self.reap()?;
            }
            if self.status.is_some() || (told && !self.obey(orders)?) {
                return Ok(());
            }
            if events == 0 {
                pause = self.look();
            }
            if self.breach.is_some() {
                return Ok(());
            }
        }
    }

    /// Does what the service says; false when that is to end the run.
    fn obey(&mut self, orders: &mut Orders) -> io::Result<bool> {
        let Some(orders) = orders.take()? else { return Ok(false) };
        for order in orders {
            match order {
                Order::Begin => {
                    self.began = Some(Instant::now());
                    self.before = procfs::cpu(self.main);
                }
                // The program leads its group until it is reaped, so that the group is there; it may have ended by itself.
                Order::Signal(number) => drop(Signal::try_from(number).map(|signal| killpg(self.main, signal))),
            }
        }
        Ok(true)
    }

    /// Compares what the tree uses with what it may, and says when to look again.
    fn look(&mut self) -> Duration {
        let processes = self.processes();
        if processes.len() > FLOOD * self.bounds.processes as usize {
            self.breach = Some(Breach::Processes);
            return CLOSELY;
        }
        let usage = procfs::usage(&processes);
        let Bounds { memory_bytes, cpu, processes: most, .. } = self.bounds;
        self.breach = if usage.processes > most {
            Some(Breach::Processes)
        } else if usage.cpu + procfs::reaped().0 > cpu {
            Some(Breach::Cpu)
        } else {
            (self.memory(&usage, &processes) > memory_bytes).then_some(Breach::Memory)
        };
        let tight = usage.resident_bytes > memory_bytes / 2 || usage.processes > most / 2;
        if tight || self.began.is_none_or(|began| began.elapsed() < Duration::from_secs(1)) { CLOSELY } else { CALMLY }
    }

    /// The memory that the tree holds. Several processes share pages, so that their sizes together say too much; what they
    /// really hold is asked only above the limit. A tree that forks all the time makes the asker wait: it is asked when its
    /// number of processes stands still, and one that does not say `SILENCE` times in a row is believed to hold the sum.
    fn memory(&mut self, usage: &procfs::Usage, processes: &[Pid]) -> u64 {
        let (sum, limit) = (usage.resident_bytes, self.bounds.memory_bytes);
        let still = std::mem::replace(&mut self.seen, usage.processes) == usage.processes;
        let held = match (sum > limit, still) {
            (false, _) => Some(sum),
            (true, false) => Some(limit),
            (true, true) => procfs::proportional_bytes(processes, Instant::now() + ASKING),
        };
        self.silent = if held.is_none() { self.silent + 1 } else { 0 };
        let held = held.unwrap_or(if self.silent >= SILENCE { sum } else { limit });
        self.peak = self.peak.max(held);
        held
    }

    fn processes(&self) -> Vec<Pid> {
        if self.mode == Mode::Subreaper { subreaper::descendants(Pid::this()) } else { procfs::all_but_first() }
    }

    /// Takes the dead; true while there are children left.
    fn reap(&mut self) -> io::Result<bool> {
        while self.children.read_signal()?.is_some() {}
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) => return Ok(true),
                Err(Errno::ECHILD) => return Ok(false),
                Ok(status) if status.pid() == Some(self.main) => self.status = Some(status),
                result => drop(result?),
            }
        }
    }

    /// Ends whatever is left and waits until it is gone.
    fn end(&mut self) -> io::Result<()> {
        while self.reap()? {
            if self.mode == Mode::Subreaper {
                subreaper::kill_descendants();
            } else {
                let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
            }
            wait(
                &mut [PollFd::new(self.children.as_fd(), PollFlags::POLLIN)],
                PollTimeout::try_from(CLOSELY).map_err(io::Error::other)?,
            )?;
        }
        Ok(())
    }

    fn exit(&self) -> Exit {
        let (code, signal) = match self.status {
            Some(WaitStatus::Exited(_, code)) => (Some(code), None),
            Some(WaitStatus::Signaled(_, signal, _)) => (None, Some(signal)),
            _ => (None, None),
        };
        let (cpu, largest) = procfs::reaped();
        let breach = self.breach.or((signal == Some(Signal::SIGXCPU)).then_some(Breach::Cpu));
        let signal = signal.map(|signal| signal.as_str().to_owned());
        let cpu = cpu.saturating_sub(self.before);
        Exit { code, signal, cpu, peak_memory_bytes: self.peak.max(largest), breach }
    }
}
