//! The launcher process, seen from the service: started on demand, or forked first of all.
//!
//! A thread keeps each launcher: it is the launcher's parent, wakes it when it was stopped, and reaps it.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{Shutdown, shutdown};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::{ForkResult, Pid, dup2_stdin, dup2_stdout, fork};
use tokio::io::Interest;
use tokio_util::sync::CancellationToken;

use crate::sys::linux::protocol::{self, Abilities};
use crate::sys::linux::sandbox::namespaces;
use crate::sys::linux::{fd_passing, launcher, own_process};

/// How long a launcher may take to exit once its socket is closed or it was killed.
const PATIENCE: Duration = Duration::from_secs(1);

/// The forked launcher, shared by all engines of this program.
static FORKED: Mutex<Option<Arc<LauncherProcess>>> = Mutex::new(None);

/// Like [`enter`](crate::sys::linux::launcher::enter), but also forks the launcher at once. For programs with large libraries:
/// a forked launcher shares the dynamic linker's relocated pages, a started one has its own copy. If the fork fails, a launcher
/// is started on demand.
pub fn enter_and_fork() {
    launcher::enter();
    *forked() = LauncherProcess::fork().ok().map(Arc::new);
}

fn forked() -> MutexGuard<'static, Option<Arc<LauncherProcess>>> {
    FORKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A launcher process. Dropping it ends it.
pub(crate) struct LauncherProcess {
    life: Arc<Life>,
    socket: OwnedFd,
    abilities: OnceLock<Abilities>,
    has_keeper: OnceLock<()>,
}

/// A child process, shared with the thread that reaps it. Its pid is valid while `is_there` is locked and true.
struct Life {
    pid: Pid,
    is_there: Mutex<bool>,
    changed: Condvar,
    gone: CancellationToken,
}

impl LauncherProcess {
    /// The forked launcher, else a new one.
    pub(crate) fn get() -> io::Result<Arc<Self>> {
        let forked = forked().clone();
        match forked {
            Some(process) => {
                process.keep()?;
                Ok(process)
            }
            None => Self::start().map(Arc::new),
        }
    }

    /// A new launcher to replace `old`, which is killed if necessary.
    pub(crate) fn replace(old: &Arc<Self>) -> io::Result<Arc<Self>> {
        old.life.kill();
        let mut forked = forked();
        if forked.as_ref().is_some_and(|process| Arc::ptr_eq(process, old)) {
            *forked = None;
        }
        Self::start().map(Arc::new)
    }

    /// Our end of its socket.
    pub(crate) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    /// Its report about this machine; `None` before it arrives.
    pub(crate) fn abilities(&self) -> Option<Abilities> {
        self.abilities.get().cloned()
    }

    /// Returns when it has ended.
    pub(crate) fn gone(&self) -> impl Future<Output = ()> + use<> {
        self.life.gone.clone().cancelled_owned()
    }

    /// Waits until it reports about this machine; `None` if it ends before.
    pub(crate) async fn reported_abilities(&self) -> io::Result<Option<Abilities>> {
        if let Some(abilities) = self.abilities() {
            return Ok(Some(abilities));
        }
        let socket = fd_passing::waitable(self.socket.try_clone()?)?;
        let message = socket.async_io(Interest::READABLE, |socket| fd_passing::receive(socket.as_fd())).await?;
        let Some(message) = message else { return Ok(None) };
        let abilities = protocol::parse(&message.bytes)?;
        Ok(Some(self.abilities.get_or_init(|| abilities).clone()))
    }

    /// The keeper thread also starts the launcher: the kernel signals the parent's death when the thread that started it ends.
    fn start() -> io::Result<Self> {
        let (ours, theirs) = fd_passing::pair()?;
        let (sender, receiver) = channel();
        thread(move || match spawn(theirs) {
            Ok(pid) => announce_and_keep(Life::of(pid), &sender),
            Err(error) => drop(sender.send(Err(error))),
        })?;
        let life = receiver.recv().map_err(io::Error::other)??;
        let process = Self::with(life, ours)?;
        let _ = process.has_keeper.set(());
        Ok(process)
    }

    fn fork() -> io::Result<Self> {
        let (ours, theirs) = fd_passing::pair()?;
        // SAFETY: this is called first thing in `main`, when there is one thread: no lock is held by another.
        #[expect(unsafe_code, reason = "only a fork shares what the dynamic linker wrote")]
        match unsafe { fork() }? {
            ForkResult::Parent { child } => Self::with(Life::of(child), ours),
            ForkResult::Child => {
                drop(ours);
                match take_place(theirs) {
                    Ok(()) => launcher::main(),
                    Err(_) => own_process::end(1),
                }
            }
        }
    }

    fn with(life: Arc<Life>, socket: OwnedFd) -> io::Result<Self> {
        fd_passing::do_not_wait(&socket)?;
        Ok(Self { life, socket, abilities: OnceLock::new(), has_keeper: OnceLock::new() })
    }

    /// Starts the keeper thread of a launcher that was forked before there were threads.
    fn keep(&self) -> io::Result<()> {
        if self.has_keeper.set(()).is_ok() {
            let life = self.life.clone();
            thread(move || life.keep())?;
        }
        Ok(())
    }
}

fn thread(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name("launcher's keeper".into()).stack_size(128 << 10).spawn(work).map(drop)
}

fn spawn(socket: OwnedFd) -> io::Result<Pid> {
    let child = Command::new("/proc/self/exe")
        .arg0(launcher::NAME)
        .env_clear()
        .envs(std::env::var_os(namespaces::SWITCH).map(|value| (namespaces::SWITCH, value)))
        .stdin(Stdio::from(socket))
        .stdout(Stdio::null())
        .spawn()?;
    Ok(Pid::from_raw(child.id().cast_signed()))
}

fn announce_and_keep(life: Arc<Life>, sender: &Sender<io::Result<Arc<Life>>>) {
    let _ = sender.send(Ok(life.clone()));
    life.keep();
}

/// Gives this process the same standard streams as a started launcher.
fn take_place(socket: OwnedFd) -> io::Result<()> {
    dup2_stdin(socket)?;
    dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    Ok(())
}

impl Life {
    fn of(pid: Pid) -> Arc<Self> {
        Arc::new(Self { pid, is_there: Mutex::new(true), changed: Condvar::new(), gone: CancellationToken::new() })
    }

    fn is_there(&self) -> MutexGuard<'_, bool> {
        self.is_there.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns when the process was reaped.
    fn keep(&self) {
        loop {
            // WNOWAIT: it is not reaped yet, so its pid cannot be reused while we decide.
            match waitid(Id::Pid(self.pid), WaitPidFlag::WEXITED | WaitPidFlag::WSTOPPED | WaitPidFlag::WNOWAIT) {
                Ok(WaitStatus::Stopped(..)) => {
                    tracing::warn!("something stopped the launcher process; it goes on");
                    let _ = kill(self.pid, Signal::SIGCONT);
                }
                Err(Errno::EINTR) => {}
                _ => break,
            }
        }
        let mut is_there = self.is_there();
        let _ = waitid(Id::Pid(self.pid), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG);
        *is_there = false;
        self.changed.notify_all();
        self.gone.cancel();
    }

    fn kill(&self) {
        let is_there = self.is_there();
        if *is_there {
            let _ = kill(self.pid, Signal::SIGKILL);
        }
    }

    /// Waits briefly until it is gone.
    fn is_gone_soon(&self) -> bool {
        let waited = self.changed.wait_timeout_while(self.is_there(), PATIENCE, |is_there| *is_there);
        !*waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for LauncherProcess {
    /// The launcher exits when its socket closes; otherwise it is killed.
    fn drop(&mut self) {
        let _ = shutdown(self.socket.as_raw_fd(), Shutdown::Both);
        if self.keep().is_ok() && !self.life.is_gone_soon() {
            self.life.kill();
            self.life.is_gone_soon();
        }
    }
}
