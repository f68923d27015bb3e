//! The process tree of a run: monitors its limits, kills it, reaps its main process.

use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::signal::unix::{Signal as Signals, SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::group::Group;
use super::open_files::OpenFiles;
use super::reap::{self, Reaped};
use super::watcher::SharedWatcher;
use crate::limits::Limits;
use crate::outcome::Containment;
use crate::session;
use crate::sys::exit::{Breach, Exit};

/// The interval of checks. Each reads the whole process table, which takes about a millisecond.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The pause between two searches for killed processes.
const PAUSE: Duration = Duration::from_millis(5);
/// How long dropping a tree waits before it leaves the rest to the watcher.
const DROP_PATIENCE: Duration = Duration::from_secs(2);

/// A running process tree. Dropping it kills it.
pub(crate) struct Tree {
    main: i32,
    group: Group,
    limits: Limits,
    children: Signals,
    watcher: SharedWatcher,
    before: Duration,
    breach: Option<Breach>,
    ended: Option<Exit>,
}

impl Tree {
    /// How the tree is contained.
    pub(crate) fn containment(&self) -> Containment {
        Containment::ProcessGroup
    }

    /// The tree of the new main process `main`, which is killed on failure.
    pub(super) fn new(main: i32, mark: &[u8], limits: &Limits, watcher: SharedWatcher) -> io::Result<Self> {
        let children = signal(SignalKind::child()).inspect_err(|_| end_main(main))?;
        let (group, limits) = (Group::of(main, mark), limits.clone());
        Ok(Self { main, group, limits, children, watcher, before: Duration::ZERO, breach: None, ended: None })
    }

    /// The program leaves its barrier. Its usage so far is not counted.
    pub(crate) async fn begin(&mut self) -> io::Result<()> {
        self.group.measure();
        self.before = self.group.cpu();
        Ok(())
    }

    /// The tree's memory now.
    pub(crate) fn memory_bytes(&mut self) -> Option<u64> {
        Some(self.group.measure().memory_bytes)
    }

    /// The unlinked files of its processes.
    pub(crate) fn open_files(&self) -> OpenFiles {
        OpenFiles::of(self.main)
    }

    /// Sends a signal to the program's process group, which exists until the program is reaped; false if the system has no such
    /// signal.
    pub(crate) fn signal(&mut self, signal: session::Signal) -> bool {
        let signal = match signal {
            session::Signal::Interrupt => Signal::SIGINT,
            session::Signal::Terminate => Signal::SIGTERM,
            session::Signal::Kill => Signal::SIGKILL,
        };
        if self.ended.is_none() {
            let _ = killpg(Pid::from_raw(self.main), signal);
        }
        true
    }

    /// Starts to kill the tree: the rest follows the main process.
    pub(crate) fn kill(&mut self) {
        if self.ended.is_none() {
            end_main(self.main);
        }
    }

    /// Waits until no process of the tree is left. The tree ends with its main process. Cancel safe.
    pub(crate) async fn wait(&mut self) -> io::Result<Exit> {
        if let Some(exit) = &self.ended {
            return Ok(exit.clone());
        }
        self.watch().await?;
        while !self.group.end() {
            sleep(PAUSE).await;
        }
        let exit = self.exit(reap::reap(self.main)?);
        self.over(exit.clone());
        Ok(exit)
    }

    async fn watch(&mut self) -> io::Result<()> {
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        looks.reset();
        while !reap::has_ended(self.main)? {
            tokio::select! {
                _ = self.children.recv() => {}
                _ = looks.tick() => self.look(),
            }
        }
        Ok(())
    }

    fn look(&mut self) {
        let measure = self.group.measure();
        let breach = if measure.memory_bytes > self.limits.memory_bytes {
            Breach::Memory
        } else if self.group.cpu() >= self.limits.cpu {
            Breach::Cpu
        } else if measure.processes > self.limits.processes as usize {
            Breach::Processes
        } else {
            return;
        };
        self.breach.get_or_insert(breach);
        self.kill();
    }

    fn exit(&self, reaped: Reaped) -> Exit {
        let status = ExitStatus::from_raw(reaped.status);
        let cpu = reaped.cpu.max(self.group.cpu()).saturating_sub(self.before);
        let signal = status.signal().and_then(|number| Signal::try_from(number).ok());
        Exit {
            code: status.code(),
            signal: signal.map(|signal| signal.as_str().to_owned()),
            cpu,
            peak_memory_bytes: reaped.peak_memory_bytes.max(self.group.peak_memory_bytes()),
            // Only our own measurements show a breach: the program may have raised the signal itself.
            breach: self.breach.or((cpu >= self.limits.cpu).then_some(Breach::Cpu)),
        }
    }

    fn over(&mut self, exit: Exit) {
        self.ended = Some(exit);
        self.watcher.lock().over(self.main);
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        if self.ended.is_some() {
            return;
        }
        self.kill();
        let start = Instant::now();
        while start.elapsed() < DROP_PATIENCE {
            if self.group.end() && reap::has_ended(self.main).unwrap_or(true) {
                let _ = reap::reap(self.main);
                self.watcher.lock().over(self.main);
                return;
            }
            thread::sleep(PAUSE);
        }
    }
}

/// Kills the main process. Nobody else reaps it, so the pid is still valid.
fn end_main(main: i32) {
    let _ = kill(Pid::from_raw(main), Signal::SIGKILL);
}
