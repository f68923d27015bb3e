//! The watcher process: ends what a service that died left running.

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

/// The program name that makes this program a watcher.
const NAME: &str = "runtray-watcher";
/// How long killed processes get between two looks at what is left.
const PAUSE: Duration = Duration::from_millis(5);

/// Must be called first thing in `main` of any program that starts an [`Engine`](crate::engine::Engine), before there are threads: in
/// the watcher process it never returns.
pub fn enter() {
    if std::env::args_os().next().is_some_and(|name| name == NAME) {
        watch();
        std::process::exit(0);
    }
}

/// The service's side: the watcher process, and the pipe to it that only the service holds open for longer than a fork.
pub(super) struct Watcher {
    // Dropped before the process, which ends when this is closed.
    notes: PipeWriter,
    process: Process,
    /// The marks of the runs that are not over, by main process.
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

    /// Starts another watcher if this one has ended, and tells it of the runs that are not over.
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

    /// The pipe, for a main process to write its record to.
    pub(super) fn descriptor(&self) -> RawFd {
        self.notes.as_raw_fd()
    }

    /// Keeps in mind the run that the main process itself told the watcher of.
    pub(super) fn begun(&mut self, main: i32, mark: &[u8]) {
        self.runs.insert(main, mark.to_vec());
    }

    /// Tells that no process of `main`'s run is left. A watcher that is gone needs no telling.
    pub(super) fn over(&mut self, main: i32) {
        self.runs.remove(&main);
        let _ = self.notes.write_all(&record::over(main));
    }
}

/// The watcher, shared with the trees that tell it of their end.
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

/// A process that is reaped when this is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.wait();
    }
}

/// In a session of its own, so that no signal meant for the service's terminal ends it.
fn watch() {
    let _ = setsid();
    let mut runs = HashMap::new();
    let mut notes = stdin().lock();
    while let Ok(note) = record::read(&mut notes) {
        match note {
            Note::Begun { main, mark } => drop(runs.insert(main, Group::of(main, &mark))),
            Note::Over { main } => drop(runs.remove(&main)),
        }
    }
    while !runs.is_empty() {
        runs.retain(|_, run| !run.end());
        sleep(PAUSE);
    }
}
