//! The watcher process: kills the runs that a dead service left.

use std::collections::HashMap;
use std::io::{self, PipeWriter, Write, stdin};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use nix::unistd::setsid;

use super::group::Group;
use super::record::{self, Note};

/// The program name (`argv[0]`) that makes this program a watcher.
const NAME: &str = "runtray-watcher";
/// The pause between two searches for killed processes.
const PAUSE: Duration = Duration::from_millis(5);

/// Must be called first in `main` of any program that starts an [`Engine`](crate::engine::Engine), before there are threads. In
/// the watcher process it never returns.
pub fn enter() {
    if std::env::args_os().next().is_some_and(|name| name == NAME) {
        watch();
        std::process::exit(0);
    }
}

/// The service's side: the watcher process, and the pipe to it. No other process has the pipe for longer than a fork.
pub(super) struct Watcher {
    // Dropped before the process, which ends when this is closed.
    notes: PipeWriter,
    process: Process,
    /// The marks of running runs, by main process.
    runs: HashMap<i32, Vec<u8>>,
}

impl Watcher {
    /// Starts the watcher.
    pub(super) fn start() -> io::Result<Self> {
        let (theirs, notes) = io::pipe()?;
        let process = Command::new(std::env::current_exe()?)
            .arg0(NAME)
            .env_clear()
            .current_dir("/")
            .stdin(theirs)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { notes, process: Process(process), runs: HashMap::new() })
    }

    /// Replaces a watcher that has ended, and registers the running runs with the new one.
    pub(super) fn revive(&mut self) -> io::Result<()> {
        if matches!(self.process.0.try_wait(), Ok(None)) {
            return Ok(());
        }
        tracing::warn!("the watcher process is gone; starting another");
        let mut next = Self::start()?;
        for (main, mark) in self.runs.drain() {
            let mut record = record::begun(&mark);
            record::sign(&mut record, main);
            next.notes.write_all(&record)?;
            next.runs.insert(main, mark);
        }
        *self = next;
        Ok(())
    }

    /// The pipe's descriptor, to which a main process writes its record.
    pub(super) fn descriptor(&self) -> RawFd {
        self.notes.as_raw_fd()
    }

    /// Records a run that has registered itself.
    pub(super) fn begun(&mut self, main: i32, mark: &[u8]) {
        self.runs.insert(main, mark.to_vec());
    }

    /// Reports that the program of the run with `mark` could not be started. Its main process may have registered itself before
    /// that failed; its pid, which is not known here, may soon belong to an unrelated process.
    pub(super) fn not_started(&mut self, mark: &[u8]) {
        let _ = self.notes.write_all(&record::begun(mark));
    }

    /// Reports that no process of `main`'s run is left. A watcher that is gone needs no report.
    pub(super) fn over(&mut self, main: i32) {
        self.runs.remove(&main);
        let _ = self.notes.write_all(&record::over(main));
    }
}

/// The watcher, shared with the trees that report their end.
#[derive(Clone)]
pub(super) struct SharedWatcher(Arc<Mutex<Watcher>>);

impl SharedWatcher {
    /// Starts the watcher.
    pub(super) fn start() -> io::Result<Self> {
        Ok(Self(Arc::new(Mutex::new(Watcher::start()?))))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Watcher> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A process that is reaped on drop.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.wait();
    }
}

/// Runs in its own session, so that signals of the service's terminal do not end it.
fn watch() {
    let _ = setsid();
    let mut runs = HashMap::new();
    let mut notes = stdin().lock();
    while let Ok(note) = record::read(&mut notes) {
        match note {
            Note::Begun { main, mark } => drop(runs.insert(main, Group::of(main, &mark))),
            Note::Over { main } => drop(runs.remove(&main)),
            Note::NotStarted { mark } => runs.retain(|_, run: &mut Group| !run.has_mark(&mark)),
        }
    }
    while !runs.is_empty() {
        runs.retain(|_, run| !run.end());
        sleep(PAUSE);
    }
}
