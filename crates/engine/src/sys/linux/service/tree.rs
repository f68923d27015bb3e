//! The process tree of a run, followed from the service.
//!
//! The supervisor reports how the tree ended. The report is accepted only once the supervisor's process is gone, and with it
//! the namespace. A supervisor that does not answer or sends an invalid report is killed; that ends its namespace, or leaves
//! its tree to the launcher.

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::time::Duration;

use futures_util::FutureExt;
use nix::sys::signal::Signal;
use tokio::time::{Instant, sleep_until, timeout};

use super::control::Control;
use super::launcher_channel::LauncherChannel;
use super::open_files::OpenFiles;
use crate::outcome::Containment;
use crate::session;
use crate::sys::exit::{Breach, Exit};
use crate::sys::linux::pidfd::ForeignProcess;
use crate::sys::linux::protocol::{ControlMessage, LauncherMessage, Report, RunSpec};
use crate::sys::linux::{child_status, procfs, subreaper};

/// How long a supervisor may take to exit once it was told to or was killed.
const PATIENCE: Duration = Duration::from_secs(2);
/// The interval of pings.
const PING_EVERY: Duration = Duration::from_secs(1);
/// The most pings in a row without an answer: a loaded machine is slow.
const MOST_PINGS: u32 = 8;
/// How long measuring the memory of a waiting program may take.
const MEASURING: Duration = Duration::from_millis(20);

/// A run with a supervisor. Dropping it ends the run.
pub(crate) struct Tree {
    control: Control,
    channel: LauncherChannel,
    supervisor: Option<ForeignProcess>,
    containment: Containment,
    /// The run's folder; its path identifies processes that the run left.
    root: PathBuf,
    stage: Stage,
    /// The next deadline.
    next: Option<Instant>,
    /// Pings without an answer.
    unanswered: u32,
    begun: bool,
    listens: bool,
    /// Whether the end was requested by us.
    kill_requested: bool,
    reported: Reported,
    /// Whether the supervisor was killed by us; its report is not accepted then.
    killed: bool,
    /// Whether the supervisor exited with code 0, as the launcher reports.
    orderly: Option<bool>,
}

/// The stages of a tree's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Running,
    /// The supervisor was asked to exit, or has reported the end.
    Ending,
    /// The supervisor was killed.
    Killed,
    /// The supervisor is gone.
    Gone,
    /// The processes that it may have left are gone too.
    Over,
}

/// The reported end of the tree.
enum Reported {
    Nothing,
    NotStarted(i32),
    Ended(Exit),
    /// Two ends, or a report that no supervisor sends.
    Invalid,
}

impl Tree {
    /// The tree of a supervisor without a run.
    pub(crate) fn new(
        control: Control,
        channel: LauncherChannel,
        supervisor: ForeignProcess,
        containment: Containment,
    ) -> Self {
        Self {
            control,
            channel,
            supervisor: Some(supervisor),
            containment,
            root: PathBuf::new(),
            stage: Stage::Running,
            next: None,
            unanswered: 0,
            begun: false,
            listens: true,
            kill_requested: false,
            reported: Reported::Nothing,
            killed: false,
            orderly: None,
        }
    }

    /// Sends the spec, and starts the run when the supervisor is ready. On failure nothing was started.
    pub(crate) async fn start(&mut self, spec: &RunSpec) -> io::Result<()> {
        self.control.send_spec(spec).await?;
        match self.control.report().await? {
            Report::Ready => self.control.send(ControlMessage::Go)?,
            Report::NotStarted(number) => return Err(io::Error::from_raw_os_error(number)),
            _ => return Err(ErrorKind::InvalidData.into()),
        }
        self.root.clone_from(&spec.root);
        self.begun = !spec.waits;
        self.next = self.begun.then(|| Instant::now() + PING_EVERY);
        Ok(())
    }

    /// How the tree is contained.
    pub(crate) fn containment(&self) -> Containment {
        self.containment
    }

    /// Starts the monitoring of a program that leaves its barrier; its usage so far is not counted. If the supervisor does not
    /// answer this is an error, and the program must not be released.
    pub(crate) async fn begin(&mut self) -> io::Result<()> {
        self.control.send(ControlMessage::Begin)?;
        let begun = async {
            while !self.begun && self.stage == Stage::Running {
                self.step().await;
            }
        };
        let _ = timeout(PATIENCE, begun).await;
        match self.begun && self.stage == Stage::Running {
            true => Ok(()),
            false => Err(io::Error::other("its supervisor does not answer")),
        }
    }

    /// The tree's memory now, with shared pages counted proportionally; `None` if unknown.
    pub(crate) fn memory_bytes(&mut self) -> Option<u64> {
        let supervisor = self.supervisor.as_ref()?.pid();
        procfs::proportional_bytes(&procfs::children(supervisor), std::time::Instant::now() + MEASURING)
    }

    /// The unlinked files of its processes.
    pub(crate) fn open_files(&self) -> OpenFiles {
        OpenFiles::of(self.supervisor.as_ref().map(ForeignProcess::pid))
    }

    /// Sends a signal to the program's process group; false if the system has no such signal.
    pub(crate) fn signal(&mut self, signal: session::Signal) -> bool {
        let number = match signal {
            session::Signal::Interrupt => Signal::SIGINT,
            session::Signal::Terminate => Signal::SIGTERM,
            session::Signal::Kill => Signal::SIGKILL,
        };
        if let Err(error) = self.control.send(ControlMessage::Signal(number as i32)) {
            tracing::debug!(%error, "a signal did not reach the run's supervisor");
        }
        true
    }

    /// Tells the supervisor to end the tree.
    pub(crate) fn kill(&mut self) {
        self.kill_requested = true;
        self.control.end();
        self.expect_end();
    }

    /// Waits until no process of the tree is left, with a deadline. Cancel safe: progress is kept.
    pub(crate) async fn wait(&mut self) -> io::Result<Exit> {
        while self.stage < Stage::Gone {
            self.step().await;
        }
        if self.stage == Stage::Gone {
            self.clean_up().await;
            self.stage = Stage::Over;
        }
        self.exit()
    }

    /// Handles the next event. Cancel safe.
    async fn step(&mut self) {
        let Some(supervisor) = &self.supervisor else { return self.stage = Stage::Gone };
        tokio::select! {
            report = self.control.report(), if self.listens => self.on_report(report),
            () = supervisor.gone() => self.stage = Stage::Gone,
            () = until(self.next) => self.on_deadline(),
        }
    }

    fn on_report(&mut self, report: io::Result<Report>) {
        match report {
            Ok(Report::Alive) => self.unanswered = 0,
            Ok(Report::Begun) if !self.begun => {
                self.begun = true;
                self.next = Some(Instant::now() + PING_EVERY);
            }
            Ok(Report::NotStarted(number)) => self.accept_end(Reported::NotStarted(number)),
            Ok(Report::Ended(exit)) if is_possible(&exit) => self.accept_end(Reported::Ended(exit)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                self.listens = false;
                self.expect_end();
            }
            Ok(_) | Err(_) => self.reject_report(),
        }
    }

    /// A valid supervisor reports one end, last.
    fn accept_end(&mut self, reported: Reported) {
        match self.reported {
            Reported::Nothing => {
                self.reported = reported;
                self.expect_end();
            }
            _ => self.reject_report(),
        }
    }

    fn reject_report(&mut self) {
        tracing::warn!("a run's supervisor reported what no supervisor says; ending it");
        self.reported = Reported::Invalid;
        self.listens = false;
        self.end_supervisor();
    }

    fn expect_end(&mut self) {
        if self.stage == Stage::Running {
            self.stage = Stage::Ending;
            self.next = Some(Instant::now() + PATIENCE);
        }
    }

    /// A deadline has passed.
    fn on_deadline(&mut self) {
        match self.stage {
            Stage::Running if self.unanswered < MOST_PINGS => {
                self.unanswered += 1;
                self.next = Some(Instant::now() + PING_EVERY);
                let _ = self.control.send(ControlMessage::Ping);
            }
            Stage::Running | Stage::Ending => {
                tracing::warn!("a run's supervisor does not answer; ending it");
                self.end_supervisor();
            }
            Stage::Killed => {
                tracing::error!("a run's supervisor was killed and is still there");
                self.stage = Stage::Gone;
            }
            Stage::Gone | Stage::Over => {}
        }
    }

    /// The last resort. The namespace ends with the supervisor, or the launcher kills the tree.
    fn end_supervisor(&mut self) {
        self.supervisor.iter().for_each(ForeignProcess::kill);
        self.killed = true;
        if self.stage < Stage::Killed {
            self.stage = Stage::Killed;
            self.next = Some(Instant::now() + PATIENCE);
        }
    }

    /// Reads the last reports of a supervisor that is gone, and waits until the processes it left are gone too. Cancel safe.
    async fn clean_up(&mut self) {
        // Reports that were sent before the supervisor was gone are still in the socket.
        while self.listens {
            match self.control.report().now_or_never() {
                Some(report) => self.on_report(report),
                None => self.listens = false,
            }
        }
        self.supervisor.iter().for_each(ForeignProcess::reap);
        // Without a namespace the supervisor's death leaves its tree alive; the launcher adopts and kills it.
        if self.containment == Containment::Subreaper && self.orderly.is_none() {
            self.orderly = timeout(PATIENCE, self.launcher_says_gone()).await.unwrap_or_default();
            if self.orderly.is_none() && !matches!(self.reported, Reported::Ended(_)) {
                self.sweep().await;
            }
        }
        self.supervisor = None;
    }

    /// `None` if the launcher is gone too.
    async fn launcher_says_gone(&self) -> Option<bool> {
        loop {
            if let LauncherMessage::Gone { orderly } = self.channel.next().await.ok()??.0 {
                return Some(orderly);
            }
        }
    }

    /// Kills the tree if neither supervisor nor launcher did.
    async fn sweep(&self) {
        let root = self.root.clone();
        let swept = tokio::task::spawn_blocking(move || subreaper::kill_all_of(&root)).await;
        if let Ok(count @ 1..) = swept {
            tracing::warn!(count, "processes of a run had outlived its supervisor and the launcher; ended them");
        }
    }

    fn exit(&self) -> io::Result<Exit> {
        match &self.reported {
            Reported::NotStarted(number) => Err(io::Error::from_raw_os_error(*number)),
            Reported::Ended(exit) if self.orderly != Some(false) && !self.killed => Ok(exit.clone()),
            _ => {
                let breach = (!self.kill_requested).then_some(Breach::Supervisor);
                let signal = Some(child_status::signal_name(Signal::SIGKILL as i32));
                Ok(Exit { code: None, signal, cpu: Duration::ZERO, peak_memory_bytes: 0, breach })
            }
        }
    }
}

impl Drop for Tree {
    /// Closing the control socket ends the run; a supervisor that does not react is killed.
    fn drop(&mut self) {
        let Some(supervisor) = self.supervisor.take().filter(|_| self.stage < Stage::Gone) else { return };
        self.control.end();
        // Before its run begins, a supervisor has nothing to clean up.
        let runtime = tokio::runtime::Handle::try_current().ok().filter(|_| !self.root.as_os_str().is_empty());
        let Some(runtime) = runtime else { return supervisor.kill() };
        runtime.spawn(async move {
            if timeout(PATIENCE, supervisor.gone()).await.is_err() {
                supervisor.kill();
            }
        });
    }
}

/// Whether a supervisor can report this end.
fn is_possible(exit: &Exit) -> bool {
    exit.signal.as_deref().is_none_or(child_status::is_signal_name) && (exit.code.is_none() || exit.signal.is_none())
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
