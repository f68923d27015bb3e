//! The service's side: asking the launcher for runs.

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
use crate::outcome::Containment;
use crate::session::TerminalSize;
use crate::sys::launch::Launch;
use crate::sys::linux::fd_passing;
use crate::sys::linux::pidfd::ForeignProcess;
use crate::sys::linux::protocol::{LauncherMessage, RunSpec};
use crate::sys::pipes::Pipes;
use crate::sys::streams;

/// How long the launcher, and then the supervisor, may take to answer, at the first try and at the second: a full machine is slow.
const PATIENCE: [Duration; 2] = [Duration::from_secs(3), Duration::from_secs(8)];
/// How long to wait before asking a busy launcher again.
const RETRY: Duration = Duration::from_millis(1);

/// How often it is tried whether runs can be started again.
const RECOVERY: Duration = Duration::from_secs(1);

/// The launcher process, started again when it dies or hangs.
pub(crate) struct Launcher(Arc<Shared>);

struct Shared {
    process: Mutex<Arc<LauncherProcess>>,
    trouble: Mutex<Option<String>>,
    containment: watch::Sender<Option<Containment>>,
}

impl Launcher {
    /// Starts the launcher, where this program has none yet. Must be called within a tokio runtime.
    pub(crate) fn start() -> io::Result<Self> {
        let process = LauncherProcess::get()?;
        let shared = Arc::new(Shared {
            process: Mutex::new(process.clone()),
            trouble: Mutex::new(None),
            containment: watch::Sender::new(None),
        });
        shared.attend(&process);
        Ok(Self(shared))
    }

    /// How trees are held together, now and whenever that changes; `None` until it is known.
    pub(crate) fn containment(&self) -> watch::Receiver<Option<Containment>> {
        self.0.containment.subscribe()
    }

    /// Why the last run could not be started, where that was not its program's fault.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.0.trouble().clone()
    }

    /// Starts a run. That its program could not be started is told by [`Tree::wait`]. Whatever happens to launcher and supervisor
    /// before they have answered, nothing of the run was started, and it is tried once more.
    pub(crate) async fn launch(&self, launch: &Launch<'_>) -> io::Result<(Tree, Pipes)> {
        let launched = match self.0.attempt(launch, PATIENCE[0]).await {
            Err(error) => {
                tracing::warn!(%error, "a run could not be started; trying once more");
                self.0.is_in_trouble(&error);
                self.0.attempt(launch, PATIENCE[1]).await
            }
            launched => launched,
        };
        match &launched {
            Ok(_) => *self.0.trouble() = None,
            Err(error) => self.0.is_in_trouble(error),
        }
        launched
    }
}

impl Shared {
    /// Notes why no run can be started, and tries from time to time whether that is over: clients that were told so may wait for it.
    fn is_in_trouble(self: &Arc<Self>, error: &io::Error) {
        if self.trouble().replace(error.to_string()).is_none() {
            tokio::spawn(recover(Arc::downgrade(self)));
        }
    }

    fn trouble(&self) -> MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn attempt(self: &Arc<Self>, launch: &Launch<'_>, patience: Duration) -> io::Result<(Tree, Pipes)> {
        // A launcher that does not answer is found out also when nobody waits for this run any more.
        let (shared, terminal) = (self.clone(), launch.terminal);
        let asking = tokio::spawn(async move { shared.ask(terminal, patience).await });
        let (mut tree, pipes) = asking.await.map_err(io::Error::other)??;
        let started = timeout(patience, tree.start(&RunSpec::from(launch))).await;
        match started.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into())) {
            Ok(()) => Ok((tree, pipes)),
            Err(error) => Err(failed("the run's supervisor", &error)),
        }
    }

    /// Asks the launcher for a supervisor, and the next one where it was dead before it was asked.
    async fn ask(self: &Arc<Self>, terminal: Option<TerminalSize>, patience: Duration) -> io::Result<(Tree, Pipes)> {
        match self.ask_once(terminal, patience).await {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.ask_once(terminal, patience).await,
            asked => asked,
        }
    }

    /// Asks the launcher for a supervisor, and replaces it when it does not answer.
    async fn ask_once(
        self: &Arc<Self>,
        terminal: Option<TerminalSize>,
        patience: Duration,
    ) -> io::Result<(Tree, Pipes)> {
        let process = self.process().clone();
        let offer = Offer::new(terminal)?;
        let asked = timeout(patience, offer.ask(&process)).await.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()));
        match asked {
            Ok(answer) => answer.map_err(|error| failed("no supervisor could be started", &error)),
            Err(error) => {
                self.give_up(&process, &error)?;
                Err(failed("the launcher process", &error))
            }
        }
    }

    /// Puts another launcher in the place of one that is gone or does not answer, unless somebody else has done so.
    fn give_up(self: &Arc<Self>, process: &Arc<LauncherProcess>, why: &io::Error) -> io::Result<()> {
        let mut current = self.process();
        if Arc::ptr_eq(&current, process) {
            tracing::warn!(error = %why, "the launcher process is gone or does not answer; starting another");
            *current = LauncherProcess::replace(process)?;
            self.attend(&current);
        }
        Ok(())
    }

    /// Takes notice of how a new launcher holds trees together, and of its end.
    fn attend(self: &Arc<Self>, process: &Arc<LauncherProcess>) {
        tokio::spawn(introduce(Arc::downgrade(self), process.clone()));
        tokio::spawn(succeed(Arc::downgrade(self), Arc::downgrade(process), process.gone()));
    }

    fn process(&self) -> MutexGuard<'_, Arc<LauncherProcess>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns when runs can be started again, or are known to be.
async fn recover(launcher: Weak<Shared>) {
    loop {
        sleep(RECOVERY).await;
        let Some(launcher) = launcher.upgrade() else { return };
        if launcher.trouble().is_none() {
            return;
        }
        // The supervisor that was asked for ends as its run is never begun.
        match launcher.ask(None, PATIENCE[0]).await {
            Ok(_) => *launcher.trouble() = None,
            Err(error) => *launcher.trouble() = Some(error.to_string()),
        }
    }
}

/// Starts another launcher when one has ended, before somebody needs it; not at once when it has not got so far as to say anything.
async fn succeed(launcher: Weak<Shared>, process: Weak<LauncherProcess>, gone: impl Future<Output = ()>) {
    gone.await;
    if process.upgrade().is_some_and(|process| process.containment().is_none()) {
        sleep(RECOVERY).await;
    }
    let (Some(launcher), Some(process)) = (launcher.upgrade(), process.upgrade()) else { return };
    if let Err(error) = launcher.give_up(&process, &ErrorKind::UnexpectedEof.into()) {
        tracing::error!(%error, "no launcher process could be started");
    }
}

/// Takes notice of how a new launcher holds trees together, and says so where that is the weakest way.
async fn introduce(launcher: Weak<Shared>, process: Arc<LauncherProcess>) {
    let Ok(Some(containment)) = process.introduced().await else { return };
    let Some(launcher) = launcher.upgrade() else { return };
    let before = launcher.containment.send_replace(Some(containment));
    if containment.is_fallback() && before != Some(containment) {
        tracing::warn!(
            "this machine gives programs no namespaces of their own, so they are held together in the fallback way \
             (containment: subreaper): a program sees the user's other processes, and what it starts is found by looking for it"
        );
    }
}

/// An error of what stands between us and the program; the system's number, which would be taken for the program's, is left out.
fn failed(who: &str, error: &io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::TimedOut => io::Error::new(ErrorKind::TimedOut, format!("{who} does not answer")),
        ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => {
            io::Error::new(error.kind(), format!("{who} ended"))
        }
        kind => io::Error::new(kind, format!("{who}: {error}")),
    }
}

/// What is handed to the launcher for a run, and our ends of it.
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

    /// Waits until the launcher has found the run a supervisor, or could not. It is an error when the launcher is gone.
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

/// Sends a run's descriptors. Ours are closed then: where the launcher dies the other ends must be closed too.
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
