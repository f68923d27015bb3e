//! One run's process tree, as the service follows it.
//!
//! The supervisor's report says how the tree ended, and is believed when the supervisor's process is gone, with which its namespace
//! is. A supervisor that does not answer, or says what it cannot, is killed; that ends its namespace, or leaves its tree to the launcher.

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

/// A supervisor that is to end its run, or was killed, gets this to be gone.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often a supervisor is asked for a sign of life.
const BEAT: Duration = Duration::from_secs(1);
/// So many times in a row it may owe one: a full machine is slow.
const SILENCE: u32 = 8;
/// How long a waiting program may take to say what memory it holds.
const ASKING: Duration = Duration::from_millis(20);

/// A run from when it has a supervisor. Dropping it ends the run.
pub(crate) struct Tree {
    control: Control,
    channel: LauncherChannel,
    supervisor: Option<ForeignProcess>,
    containment: Containment,
    /// The folder by which what the run started can be known.
    root: PathBuf,
    stage: Stage,
    /// When to act if nothing happens until then.
    next: Option<Instant>,
    /// Signs of life that are owed.
    silence: u32,
    begun: bool,
    listens: bool,
    /// Whether we wanted the end.
    kill_requested: bool,
    reported: Reported,
    /// Whether we had to kill the supervisor; what such a one reported is not believed.
    killed: bool,
    /// Whether the launcher saw the supervisor exit by itself.
    orderly: Option<bool>,
}

/// Where a tree is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Running,
    /// The supervisor should be gone soon.
    Ending,
    /// It was killed.
    Killed,
    /// It is gone.
    Gone,
    /// And so is all that it may have left.
    Over,
}

/// How the tree ended, as its supervisor says.
enum Reported {
    Nothing,
    NotStarted(i32),
    Ended(Exit),
    /// More than one end, or what no supervisor says.
    Invalid,
}

impl Tree {
    /// The tree of a supervisor that has nothing to do yet.
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
            silence: 0,
            begun: false,
            listens: true,
            kill_requested: false,
            reported: Reported::Nothing,
            killed: false,
            orderly: None,
        }
    }

    /// Gives the supervisor its spec, and has it start that when it is ready. When this fails nothing was started.
    pub(crate) async fn start(&mut self, spec: &RunSpec) -> io::Result<()> {
        self.control.send_spec(spec).await?;
        match self.control.report().await? {
            Report::Ready => self.control.send(ControlMessage::Go)?,
            Report::NotStarted(number) => return Err(io::Error::from_raw_os_error(number)),
            _ => return Err(ErrorKind::InvalidData.into()),
        }
        self.root.clone_from(&spec.root);
        self.begun = !spec.waits;
        self.next = self.begun.then(|| Instant::now() + BEAT);
        Ok(())
    }

    /// How the tree is held together.
    pub(crate) fn containment(&self) -> Containment {
        self.containment
    }

    /// Lets the supervisor of a program that waited watch it from now on; what it used so far is not the run's. It is an error when
    /// the supervisor does not answer, and then the program has not gone on.
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

    /// What the tree's memory really is now, shared pages counted in parts; `None` where it does not say.
    pub(crate) fn memory_bytes(&mut self) -> Option<u64> {
        let supervisor = self.supervisor.as_ref()?.pid();
        procfs::proportional_bytes(&procfs::children(supervisor), std::time::Instant::now() + ASKING)
    }

    /// What its processes keep without a name.
    pub(crate) fn open_files(&self) -> OpenFiles {
        OpenFiles::of(self.supervisor.as_ref().map(ForeignProcess::pid))
    }

    /// Sends a signal to the program's process group; false where the system has no such signal.
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
        self.is_ending();
    }

    /// Waits until no process of the tree is left, but not for ever. Cancel safe: what was learnt so far is kept.
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

    /// Waits for the next thing to happen. Cancel safe.
    async fn step(&mut self) {
        let Some(supervisor) = &self.supervisor else { return self.stage = Stage::Gone };
        tokio::select! {
            report = self.control.report(), if self.listens => self.hear(report),
            () = supervisor.gone() => self.stage = Stage::Gone,
            () = until(self.next) => self.act(),
        }
    }

    fn hear(&mut self, report: io::Result<Report>) {
        match report {
            Ok(Report::Alive) => self.silence = 0,
            Ok(Report::Begun) if !self.begun => {
                self.begun = true;
                self.next = Some(Instant::now() + BEAT);
            }
            Ok(Report::NotStarted(number)) => self.ended_as(Reported::NotStarted(number)),
            Ok(Report::Ended(exit)) if is_possible(&exit) => self.ended_as(Reported::Ended(exit)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                self.listens = false;
                self.is_ending();
            }
            Ok(_) | Err(_) => self.reject_report(),
        }
    }

    /// A supervisor says once how its run ended, as the last thing.
    fn ended_as(&mut self, reported: Reported) {
        match self.reported {
            Reported::Nothing => {
                self.reported = reported;
                self.is_ending();
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

    fn is_ending(&mut self) {
        if self.stage == Stage::Running {
            self.stage = Stage::Ending;
            self.next = Some(Instant::now() + PATIENCE);
        }
    }

    /// Nothing has happened for as long as it may.
    fn act(&mut self) {
        match self.stage {
            Stage::Running if self.silence < SILENCE => {
                self.silence += 1;
                self.next = Some(Instant::now() + BEAT);
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

    /// The last resort: with the supervisor goes its namespace, or the launcher takes over.
    fn end_supervisor(&mut self) {
        self.supervisor.iter().for_each(ForeignProcess::kill);
        self.killed = true;
        if self.stage < Stage::Killed {
            self.stage = Stage::Killed;
            self.next = Some(Instant::now() + PATIENCE);
        }
    }

    /// Takes what the supervisor had reported before it was gone, and has what it left ended. Cancel safe.
    async fn clean_up(&mut self) {
        while self.listens {
            match self.control.report().now_or_never() {
                Some(report) => self.hear(report),
                None => self.listens = false,
            }
        }
        self.supervisor.iter().for_each(ForeignProcess::reap);
        if self.containment == Containment::Subreaper && self.orderly.is_none() {
            self.orderly = timeout(PATIENCE, self.launcher_says_gone()).await.unwrap_or_default();
            if self.orderly.is_none() && !matches!(self.reported, Reported::Ended(_)) {
                self.sweep().await;
            }
        }
        self.supervisor = None;
    }

    /// `None` when the launcher is gone too.
    async fn launcher_says_gone(&self) -> Option<bool> {
        loop {
            if let LauncherMessage::Gone { orderly } = self.channel.next().await.ok()??.0 {
                return Some(orderly);
            }
        }
    }

    /// Neither supervisor nor launcher has ended the tree.
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
    /// Closing the control socket ends the run; a supervisor that does not see that is killed.
    fn drop(&mut self) {
        let Some(supervisor) = self.supervisor.take().filter(|_| self.stage < Stage::Gone) else { return };
        self.control.end();
        // Before its run was begun it has nothing to take care of.
        let runtime = tokio::runtime::Handle::try_current().ok().filter(|_| !self.root.as_os_str().is_empty());
        let Some(runtime) = runtime else { return supervisor.kill() };
        runtime.spawn(async move {
            if timeout(PATIENCE, supervisor.gone()).await.is_err() {
                supervisor.kill();
            }
        });
    }
}

/// Whether a program can end like that.
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
