//! The main process of a run, between fork and exec.

use std::io;
use std::os::fd::{BorrowedFd, RawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::libc;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::{getpid, setsid, write};

use super::record::{self, Record};
use crate::limits::Limits;
use crate::sys::terminal;

/// The kernel's highest limit of open files (`OPEN_MAX`), apart from none.
const MOST_OPEN_FILES: u64 = 10_240;
/// Higher descriptors are not marked: a table of the size that the system allows would take longer than the program.
const MOST_DESCRIPTORS: RawFd = 65_536;

/// Starts a session, with a controlling terminal if there is one, applies the limits, registers with the watcher, and marks all
/// descriptors but the standard streams close-on-exec. Runs in a fork of a process with threads, so it must not allocate.
pub(super) fn prepare(limits: &Limits, has_terminal: bool, record: &mut Record, watcher: RawFd) -> io::Result<()> {
    setsid()?;
    if has_terminal {
        terminal::take_control()?;
    }
    lower(Resource::RLIMIT_CPU, limits.cpu.as_secs().saturating_add(1))?;
    lower(Resource::RLIMIT_NOFILE, limits.open_files.min(MOST_OPEN_FILES))?;
    lower(Resource::RLIMIT_FSIZE, limits.file_size_bytes)?;
    lower(Resource::RLIMIT_CORE, 0)?;
    record::sign(record, getpid().as_raw());
    tell(record, watcher)?;
    default_signals()?;
    close_on_exec();
    Ok(())
}

fn lower(resource: Resource, most: u64) -> nix::Result<()> {
    let (_, hard) = getrlimit(resource)?;
    setrlimit(resource, most.min(hard), most.min(hard))
}

/// If the watcher is gone this fails, without SIGPIPE: the program must not start without a watcher.
fn tell(record: &Record, watcher: RawFd) -> nix::Result<()> {
    set_broken_pipe(SigHandler::SigIgn)?;
    // SAFETY: the launcher keeps the descriptor open while it starts children.
    #[expect(unsafe_code, reason = "an OwnedFd cannot be shared with a forked child")]
    let watcher = unsafe { BorrowedFd::borrow_raw(watcher) };
    let written = write(watcher, record)?;
    set_broken_pipe(SigHandler::SigDfl)?;
    if written == record.len() { Ok(()) } else { Err(Errno::EPIPE) }
}

fn set_broken_pipe(action: SigHandler) -> nix::Result<()> {
    // SAFETY: neither action is a handler.
    #[expect(unsafe_code, reason = "signal(2) is unsafe for handlers, and this sets none")]
    unsafe { signal(Signal::SIGPIPE, action) }.map(drop)
}

/// Ignored signals are inherited through exec; a program expects none.
fn default_signals() -> nix::Result<()> {
    for each in Signal::iterator().filter(|each| !matches!(each, Signal::SIGKILL | Signal::SIGSTOP)) {
        // SAFETY: the default action installs no handler.
        #[expect(unsafe_code, reason = "signal(2) is unsafe for handlers, and this sets none")]
        unsafe { signal(each, SigHandler::SigDfl) }?;
    }
    Ok(())
}

/// Descriptors are marked rather than closed, because the standard library still needs one to report a failed exec.
fn close_on_exec() {
    // SAFETY: takes nothing and cannot fail.
    #[expect(unsafe_code, reason = "nix has no getdtablesize")]
    let size = unsafe { libc::getdtablesize() };
    for fd in 3..size.min(MOST_DESCRIPTORS) {
        // SAFETY: borrowed for one call; a descriptor that is not open makes that call fail, no more.
        #[expect(unsafe_code, reason = "descriptors are known by number only")]
        let fd = unsafe { BorrowedFd::borrow_raw(fd) };
        let _ = fcntl(fd, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC));
    }
}
