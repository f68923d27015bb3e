//! Asks the launcher for supervisors, and starts runs in them.

use std::io::{self, ErrorKind};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream as StdStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use nix::unistd::Pid;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::control::Control;
use super::launcher_channel::LauncherChannel;
use super::launcher_process::LauncherProcess;
use super::tree::Tree;
use crate::isolation::SandboxReport;
use crate::outcome::Containment;
use crate::session::TerminalSize;
use crate::sys::launch::Launch;
use crate::sys::linux::fd_passing;
use crate::sys::linux::pidfd::ForeignProcess;
use crate::sys::linux::protocol::{Abilities, LauncherMessage, RunSpec};
use crate::sys::pipes::Pipes;
use crate::sys::streams;
use crate::text::message::{LocalizedMessage, Sentence};
use crate::text::sentences as s;
use crate::text::system_error::system;

/// The timeouts for an answer of the launcher, and then of the supervisor, at each attempt: a loaded machine is slow.
const PATIENCE: [Duration; 3] = [Duration::from_secs(3), Duration::from_secs(8), Duration::from_secs(8)];
/// The pause before sending to a busy launcher again.
const RETRY: Duration = Duration::from_millis(1);

/// How often recovery from trouble is tried.
const RECOVERY: Duration = Duration::from_secs(1);

/// The launcher, restarted when it dies or hangs.
pub(crate) struct Launcher(Arc<Shared>);

struct Shared {
    process: Mutex<Arc<LauncherProcess>>,
    trouble: watch::Sender<Option<LocalizedMessage>>,
    containment: watch::Sender<Option<Containment>>,
    sandbox: watch::Sender<Option<SandboxReport>>,
}

impl Launcher {
    /// Starts the launcher if this program has none. Must be called within a tokio runtime.
    pub(crate) fn start() -> io::Result<Self> {
        let process = LauncherProcess::get()?;
        let shared = Arc::new(Shared {
            process: Mutex::new(process.clone()),
            trouble: watch::Sender::new(None),
            containment: watch::Sender::new(None),
            sandbox: watch::Sender::new(None),
        });
        shared.watch(&process);
        Ok(Self(shared))
    }

    /// Watch channel of how trees are contained; `None` until the launcher has reported it.
    pub(crate) fn containment(&self) -> watch::Receiver<Option<Containment>> {
        self.0.containment.subscribe()
    }

    /// Watch channel of the sandbox of this machine; `None` until the launcher has reported it.
    pub(crate) fn sandbox(&self) -> watch::Receiver<Option<SandboxReport>> {
        self.0.sandbox.subscribe()
    }

    /// Watch channel of the reason why the last run could not be started, unless its program was the cause.
    pub(crate) fn trouble(&self) -> watch::Receiver<Option<LocalizedMessage>> {
        self.0.trouble.subscribe()
    }

    /// Starts a run. An exec failure is reported by [`Tree::wait`]. If the launcher or the supervisor fails before
    /// acknowledging, nothing of the run has started, and it is retried twice: the processes of the second attempt may fail too.
    pub(crate) async fn launch(&self, launch: &Launch<'_>) -> io::Result<(Tree, Pipes)> {
        let mut launched = self.0.attempt(launch, PATIENCE[0]).await;
        for patience in &PATIENCE[1..] {
            let Err(error) = &launched else { break };
            tracing::warn!(%error, "a run could not be started; trying again");
            self.0.note_trouble(error);
            launched = self.0.attempt(launch, *patience).await;
        }
        match &launched {
            Ok(_) => self.0.set_trouble(None),
            Err(error) => self.0.note_trouble(error),
        }
        launched
    }
}

impl Shared {
    /// Records why no run can be started, and probes for recovery in the background, because refused clients may wait for it.
    fn note_trouble(self: &Arc<Self>, error: &io::Error) {
        let mut is_new = false;
        self.trouble.send_modify(|trouble| is_new = trouble.replace(system(error)).is_none());
        if is_new {
            tokio::spawn(recover(Arc::downgrade(self)));
        }
    }

    /// Publishes a change only: this is called for every run.
    fn set_trouble(&self, new: Option<LocalizedMessage>) {
        self.trouble.send_if_modified(|trouble| {
            let is_changed = *trouble != new;
            *trouble = new;
            is_changed
        });
    }

    async fn attempt(self: &Arc<Self>, launch: &Launch<'_>, patience: Duration) -> io::Result<(Tree, Pipes)> {
        // In its own task, so that a hanging launcher is detected even if the run is cancelled meanwhile.
        let (shared, terminal) = (self.clone(), launch.terminal);
        let asking = tokio::spawn(async move { shared.ask(terminal, patience).await });
        let (mut tree, pipes) = asking.await.map_err(io::Error::other)??;
        // Dropping the tree on failure ends the supervisor.
        let started = timeout(patience, tree.start(&RunSpec::from(launch))).await;
        match started.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into())) {
            Ok(()) => Ok((tree, pipes)),
            Err(error) => Err(failed(&SUPERVISOR, &error)),
        }
    }

    /// Asks the launcher for a supervisor; retries if it was dead before it was asked.
    async fn ask(self: &Arc<Self>, terminal: Option<TerminalSize>, patience: Duration) -> io::Result<(Tree, Pipes)> {
        match self.ask_once(terminal, patience).await {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.ask_once(terminal, patience).await,
            asked => asked,
        }
    }

    /// Asks the launcher for a supervisor, and replaces a launcher that does not answer.
    async fn ask_once(
        self: &Arc<Self>,
        terminal: Option<TerminalSize>,
        patience: Duration,
    ) -> io::Result<(Tree, Pipes)> {
        let process = self.process().clone();
        let offer = Offer::new(terminal)?;
        let asked = timeout(patience, offer.ask(&process)).await.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
        match asked {
            Ok(answer) => answer.map_err(|error| failed(&NEW_SUPERVISOR, &error)),
            Err(error) => {
                self.replace(&process, &error)?;
                Err(failed(&LAUNCHER, &error))
            }
        }
    }

    /// Replaces a launcher that died or hangs, unless that was done already.
    fn replace(self: &Arc<Self>, process: &Arc<LauncherProcess>, cause: &io::Error) -> io::Result<()> {
        let mut current = self.process();
        if Arc::ptr_eq(&current, process) {
            tracing::warn!(error = %cause, "the launcher process is gone or does not answer; starting another");
            *current = LauncherProcess::replace(process)?;
            self.watch(&current);
        }
        Ok(())
    }

    /// Waits for a new launcher's report about this machine, and for the launcher's end.
    fn watch(self: &Arc<Self>, process: &Arc<LauncherProcess>) {
        tokio::spawn(publish_abilities(Arc::downgrade(self), process.clone()));
        tokio::spawn(restart_when_gone(Arc::downgrade(self), Arc::downgrade(process), process.gone()));
    }

    fn process(&self) -> MutexGuard<'_, Arc<LauncherProcess>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns when runs can be started again.
async fn recover(launcher: Weak<Shared>) {
    loop {
        sleep(RECOVERY).await;
        let Some(launcher) = launcher.upgrade() else { return };
        if launcher.trouble.borrow().is_none() {
            return;
        }
        // The supervisor that it got ends, because its run never begins.
        match launcher.ask(None, PATIENCE[0]).await {
            Ok(_) => launcher.set_trouble(None),
            Err(error) => launcher.set_trouble(Some(system(&error))),
        }
    }
}

/// Starts a new launcher as soon as one has ended. Waits first if the old one never reported anything, as the new one may fail
/// the same way.
async fn restart_when_gone(launcher: Weak<Shared>, process: Weak<LauncherProcess>, gone: impl Future<Output = ()>) {
    gone.await;
    if process.upgrade().is_some_and(|process| process.abilities().is_none()) {
        sleep(RECOVERY).await;
    }
    let (Some(launcher), Some(process)) = (launcher.upgrade(), process.upgrade()) else { return };
    if let Err(error) = launcher.replace(&process, &ErrorKind::UnexpectedEof.into()) {
        tracing::error!(%error, "no launcher process could be started");
    }
}

/// Publishes a new launcher's report about this machine, and warns if containment is the fallback.
async fn publish_abilities(launcher: Weak<Shared>, process: Arc<LauncherProcess>) {
    let Ok(Some(Abilities { containment, sandbox })) = process.reported_abilities().await else { return };
    let Some(launcher) = launcher.upgrade() else { return };
    let before = launcher.containment.send_replace(Some(containment));
    // Last: a task that waits for the sandbox may then read the containment.
    launcher.sandbox.send_replace(Some(sandbox));
    if containment.is_fallback() && before != Some(containment) {
        tracing::warn!(
            "this machine gives programs no namespaces of their own, so they are held together in the fallback way \
             (containment: subreaper): a program sees the user's other processes, and what it starts is found by looking for it"
        );
    }
}

/// The sentences for the failures of one of our processes: it does not answer, it ended, anything else with its `cause`.
struct Sentences {
    silent: Sentence,
    ended: Sentence,
    failed: Sentence,
}

const LAUNCHER: Sentences =
    Sentences { silent: s::LAUNCHER_SILENT, ended: s::LAUNCHER_ENDED, failed: s::LAUNCHER_FAILED };
const SUPERVISOR: Sentences =
    Sentences { silent: s::SUPERVISOR_SILENT, ended: s::SUPERVISOR_ENDED, failed: s::SUPERVISOR };
/// A supervisor that does not exist yet.
const NEW_SUPERVISOR: Sentences = Sentences { failed: s::NO_SUPERVISOR, ..SUPERVISOR };

/// An error of the launcher or supervisor. Carries no OS error number, which would be taken for the program's.
fn failed(sentences: &Sentences, error: &io::Error) -> io::Error {
    let message = match error.kind() {
        ErrorKind::TimedOut => sentences.silent.message(),
        ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => sentences.ended.message(),
        _ => sentences.failed.with("cause", error),
    };
    io::Error::new(error.kind(), message)
}

/// The descriptors for the launcher, and our ends of them.
struct Offer {
    control: StdStream,
    channel: OwnedFd,
    pipes: Pipes,
    theirs: [OwnedFd; 5],
}

impl Offer {
    fn new(terminal: Option<TerminalSize>) -> io::Result<Self> {
        let (control, their_control) = StdStream::pair()?;
        let (channel, their_channel) = fd_passing::pair()?;
        let (pipes, [stdin, stdout, stderr]) = streams::open(terminal)?;
        Ok(Self { control, channel, pipes, theirs: [their_channel, their_control.into(), stdin, stdout, stderr] })
    }

    /// Waits until the launcher has provided a supervisor or refused (inner error). The outer error means that the launcher is
    /// gone.
    async fn ask(self, process: &LauncherProcess) -> io::Result<io::Result<(Tree, Pipes)>> {
        let Self { control, channel, pipes, theirs } = self;
        hand_over(process, theirs).await?;
        let (control, channel) = (Control::of(control)?, LauncherChannel::of(channel)?);
        match channel.next().await? {
            Some((LauncherMessage::Supervised { pid, containment }, descriptor)) => {
                let supervisor = ForeignProcess::new(Pid::from_raw(pid), descriptor)?;
                Ok(Ok((Tree::new(control, channel, supervisor, containment), pipes)))
            }
            Some((LauncherMessage::NotForked(number), _)) => Ok(Err(io::Error::from_raw_os_error(number))),
            Some((LauncherMessage::Gone { .. }, _)) => Err(ErrorKind::InvalidData.into()),
            None => Err(ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Sends a run's descriptors and closes our copies: if the launcher dies, the other ends must see the end of file.
async fn hand_over(process: &LauncherProcess, descriptors: [OwnedFd; 5]) -> io::Result<()> {
    let numbers = [0, 1, 2, 3, 4].map(|place: usize| descriptors[place].as_raw_fd());
    while let Err(error) = fd_passing::send(process.socket(), b"run", &numbers) {
        if error != nix::Error::EAGAIN {
            return Err(error.into());
        }
        sleep(RETRY).await;
    }
    Ok(())
}
