//! The launcher process as the service has it: started when it is needed, or forked before all else.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::sys::socket::{AddressFamily, Shutdown, SockFlag, SockType, shutdown, socketpair};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, dup2_stdin, dup2_stdout, fork};

use super::{launcher, namespaces};

/// The launcher that was forked, which every engine of this program uses.
static FORKED: Mutex<Option<Arc<Process>>> = Mutex::new(None);

/// As [`enter`](super::enter), and forks the launcher at once. For programs with large libraries: what the dynamic linker wrote for
/// them is then there once, while a launcher that is started has its own. Where that fails, one is started when it is needed.
pub fn enter_and_fork() {
    launcher::enter();
    *forked() = Process::fork().ok().map(Arc::new);
}

fn forked() -> MutexGuard<'static, Option<Arc<Process>>> {
    FORKED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A launcher process. It ends when this is dropped.
pub(super) struct Process {
    pid: Pid,
    socket: OwnedFd,
}

impl Process {
    /// The one that was forked, else a new one.
    pub(super) fn get() -> io::Result<Arc<Self>> {
        match forked().clone() {
            Some(process) => Ok(process),
            None => Self::start().map(Arc::new),
        }
    }

    /// A new one, now that the old is gone.
    pub(super) fn another() -> io::Result<Arc<Self>> {
        *forked() = None;
        Self::start().map(Arc::new)
    }

    /// Our end of its socket.
    pub(super) fn socket(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }

    fn start() -> io::Result<Self> {
        let (ours, theirs) = sockets()?;
        let child = Command::new("/proc/self/exe")
            .arg0(launcher::NAME)
            .env_clear()
            .envs(std::env::var_os(namespaces::SWITCH).map(|value| (namespaces::SWITCH, value)))
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .spawn()?;
        Ok(Self { pid: Pid::from_raw(child.id().cast_signed()), socket: ours })
    }

    fn fork() -> io::Result<Self> {
        let (ours, theirs) = sockets()?;
        // SAFETY: this is called first thing in `main`, when there is one thread: no lock is held by another.
        #[expect(unsafe_code, reason = "only a fork shares what the dynamic linker wrote")]
        match unsafe { fork() }? {
            ForkResult::Parent { child } => Ok(Self { pid: child, socket: ours }),
            ForkResult::Child => {
                drop(ours);
                match take_place(theirs) {
                    Ok(()) => launcher::main(),
                    Err(_) => launcher::end(1),
                }
            }
        }
    }
}

/// Gives this process the standard streams that a started launcher has.
fn take_place(socket: OwnedFd) -> io::Result<()> {
    dup2_stdin(socket)?;
    dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    Ok(())
}

fn sockets() -> nix::Result<(OwnedFd, OwnedFd)> {
    socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
}

impl Drop for Process {
    /// The launcher ends when its socket does; here it is only reaped, and not waited for long.
    fn drop(&mut self) {
        let _ = shutdown(self.socket.as_raw_fd(), Shutdown::Both);
        let _ = waitpid(self.pid, None);
    }
}
