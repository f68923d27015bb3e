//! The service's side: asking the launcher for runs, and following each.

use std::io::{self, ErrorKind};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream as StdStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{MsgFlags, Shutdown, send, shutdown};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::time::{sleep, timeout};

use super::holdings::Holdings;
use super::process::Process;
use super::protocol::{self, HEADER, Job, Order, Report};
use super::{launcher, procfs};
use crate::session;
use crate::sys::{Breach, Exit, Launch, Pipes, terminal};

/// Our end of a program's standard input.
pub(crate) type Input = pipe::Sender;
/// Our end of a program's standard output or error.
pub(crate) type Output = pipe::Receiver;

/// A supervisor that was told to end its run and has not after this long is ended itself.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a waiting program may take to say what memory it holds.
const ASKING: Duration = Duration::from_millis(20);
/// How long to wait before asking a busy launcher again.
const RETRY: Duration = Duration::from_millis(1);

/// The launcher process, started again when it dies.
pub(crate) struct Launcher(Mutex<Arc<Process>>);

impl Launcher {
    /// Starts the launcher, where this program has none yet.
    pub(crate) fn start() -> io::Result<Self> {
        Ok(Self(Mutex::new(Process::get()?)))
    }

    /// Starts a run. That its program could not be started is told by [`Tree::wait`]. A launcher that dies takes along what was
    /// handed to it; nothing of that was started, and the next launcher gets it again.
    pub(crate) async fn launch(&self, launch: &Launch<'_>) -> io::Result<(Tree, Pipes)> {
        match self.attempt(launch).await {
            Err(error) if is_gone(&error) => self.attempt(launch).await,
            launched => launched,
        }
    }

    async fn attempt(&self, launch: &Launch<'_>) -> io::Result<(Tree, Pipes)> {
        let (ours, theirs) = StdStream::pair()?;
        let (pipes, [stdin, stdout, stderr]) = streams(launch)?;
        let descriptors = [theirs.as_raw_fd(), stdin.as_raw_fd(), stdout.as_raw_fd(), stderr.as_raw_fd()];
        while !self.send(&descriptors)? {
            sleep(RETRY).await;
        }
        ours.set_nonblocking(true)?;
        let mut control = UnixStream::from_std(ours)?;
        control.write_all(&protocol::frame(&Job::from(launch))?).await?;
        let mut tree = Tree { control, received: Vec::new(), early: None, supervisor: None, told: false };
        tree.supervised().await?;
        Ok((tree, pipes))
    }

    /// Hands the descriptors over; false when the launcher is too busy to take them now. A dead launcher is replaced.
    fn send(&self, descriptors: &[RawFd; 4]) -> io::Result<bool> {
        let mut process = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match launcher::send(process.socket(), descriptors) {
            Err(nix::Error::EPIPE | nix::Error::ECONNRESET | nix::Error::ENOTCONN) => {
                tracing::warn!("the launcher process is gone; starting another");
                *process = Process::another()?;
                launcher::send(process.socket(), descriptors)?;
                Ok(true)
            }
            Err(nix::Error::EAGAIN) => Ok(false),
            sent => Ok(sent.map(|()| true)?),
        }
    }
}

/// Our ends of a run's standard streams, and the program's three.
fn streams(launch: &Launch<'_>) -> io::Result<(Pipes, [OwnedFd; 3])> {
    if let Some(size) = launch.terminal {
        let (pipes, end) = terminal::open(size)?;
        return Ok((pipes, [end.try_clone()?, end.try_clone()?, end]));
    }
    let (stdin, stdin_ours) = io::pipe()?;
    let (stdout_ours, stdout) = io::pipe()?;
    let (stderr_ours, stderr) = io::pipe()?;
    let pipes = Pipes {
        stdin: pipe::Sender::from_owned_fd(stdin_ours.into())?,
        stdout: pipe::Receiver::from_owned_fd(stdout_ours.into())?,
        stderr: Some(pipe::Receiver::from_owned_fd(stderr_ours.into())?),
        terminal: None,
    };
    Ok((pipes, [stdin.into(), stdout.into(), stderr.into()]))
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}

/// One run's process tree, through its control socket. Dropping it ends the run.
pub(crate) struct Tree {
    control: UnixStream,
    received: Vec<u8>,
    early: Option<Report>,
    supervisor: Option<Pid>,
    told: bool,
}

impl Tree {
    /// Lets the supervisor of a program that waited watch it from now on; what it used so far is not the run's.
    pub(crate) fn begin(&mut self) -> io::Result<()> {
        self.order(&Order::Begin)
    }

    /// What the tree's memory really is now, shared pages counted in parts; `None` where it does not say.
    pub(crate) fn memory_bytes(&mut self) -> Option<u64> {
        procfs::proportional_bytes(&procfs::children(self.supervisor?), Instant::now() + ASKING)
    }

    /// What its processes keep without a name.
    pub(crate) fn holdings(&self) -> Holdings {
        Holdings::of(self.supervisor)
    }

    /// Sends a signal to the program's process group; false where the system has no such signal.
    pub(crate) fn signal(&mut self, signal: session::Signal) -> bool {
        let number = match signal {
            session::Signal::Interrupt => Signal::SIGINT,
            session::Signal::Terminate => Signal::SIGTERM,
            session::Signal::Kill => Signal::SIGKILL,
        };
        if let Err(error) = self.order(&Order::Signal(number as i32)) {
            tracing::debug!(%error, "a signal did not reach the run's supervisor");
        }
        true
    }

    /// Sends an order; one that does not fit into the socket at once finds a supervisor that does not answer anyway.
    fn order(&self, order: &Order) -> io::Result<()> {
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        send(self.control.as_raw_fd(), &protocol::frame(order)?, flags)?;
        Ok(())
    }

    /// Tells the supervisor to end the tree.
    pub(crate) fn kill(&mut self) {
        self.told = true;
        let _ = shutdown(self.control.as_raw_fd(), Shutdown::Write);
    }

    /// Waits until no process of the tree is left. Cancel safe: what was received so far is kept.
    pub(crate) async fn wait(&mut self) -> io::Result<Exit> {
        loop {
            match self.report_with_patience().await {
                Ok(Report::Supervised(pid)) => self.supervisor = Some(Pid::from_raw(pid)),
                Ok(Report::NotStarted(number)) => return Err(io::Error::from_raw_os_error(number)),
                Ok(Report::Ended(exit)) => return Ok(exit),
                Err(error) => {
                    self.supervisor_gone().await;
                    return if is_gone(&error) {
                        Ok(unreported((!self.told).then_some(Breach::Supervisor)))
                    } else {
                        Err(error)
                    };
                }
            }
        }
    }

    async fn report_with_patience(&mut self) -> io::Result<Report> {
        if !self.told {
            return self.report().await;
        }
        tokio::select! {
            report = self.report() => report,
            () = sleep(PATIENCE) => {
                self.end_supervisor();
                self.report().await
            }
        }
    }

    /// Waits for the launcher's word that the run has a supervisor.
    async fn supervised(&mut self) -> io::Result<()> {
        match self.report().await? {
            Report::Supervised(pid) => self.supervisor = Some(Pid::from_raw(pid)),
            other => self.early = Some(other),
        }
        Ok(())
    }

    /// Waits until a supervisor that closed its socket without a report is reaped: its namespace is empty by then.
    async fn supervisor_gone(&self) {
        let Some(pid) = self.supervisor else { return };
        let gone = async {
            while kill(pid, None).is_ok() {
                sleep(RETRY).await;
            }
        };
        let _ = timeout(PATIENCE, gone).await;
    }

    /// The last resort against a supervisor that something stopped: with it goes its namespace, or the launcher takes over.
    fn end_supervisor(&self) {
        if let Some(pid) = self.supervisor {
            tracing::warn!(%pid, "a run's supervisor does not answer; ending it");
            let _ = kill(pid, Signal::SIGKILL);
        }
    }

    async fn report(&mut self) -> io::Result<Report> {
        if let Some(early) = self.early.take() {
            return Ok(early);
        }
        loop {
            if let Some(report) = self.parse()? {
                return Ok(report);
            }
            if self.control.read_buf(&mut self.received).await? == 0 {
                return Err(io::Error::new(ErrorKind::UnexpectedEof, "the supervisor ended without a report"));
            }
        }
    }

    fn parse(&mut self) -> io::Result<Option<Report>> {
        let Some(header) = self.received.first_chunk::<HEADER>() else { return Ok(None) };
        let end = HEADER + protocol::body_length(*header)?;
        if self.received.len() < end {
            return Ok(None);
        }
        let report = protocol::parse(&self.received[HEADER..end])?;
        self.received.drain(..end);
        Ok(Some(report))
    }
}

/// The end of a tree whose supervisor was ended itself, by us or by the program: what the tree used is not known.
fn unreported(breach: Option<Breach>) -> Exit {
    let signal = Some(Signal::SIGKILL.as_str().to_owned());
    Exit { code: None, signal, cpu: Duration::ZERO, peak_memory_bytes: 0, breach }
}
