//! Resource limits and priorities, set before exec.

use std::io;
use std::sync::OnceLock;

use nix::libc;
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::unistd::setsid;

use super::mode::Mode;
use super::signals;
use crate::sys::linux::protocol::Bounds;

/// Threads allowed beyond one per process, where the kernel counts threads as processes.
const EXTRA_THREADS: u64 = 1024;
/// The priority of launcher and supervisors over programs, so that a fork bomb cannot starve them.
const PRIORITY: libc::c_int = 10;

/// The service's niceness, which programs get back.
static NICENESS: OnceLock<libc::c_int> = OnceLock::new();

/// The most processes and threads of a tree.
pub(crate) fn most_tasks(bounds: &Bounds) -> u64 {
    u64::from(bounds.processes) + EXTRA_THREADS
}

/// Raises the priority of this process above the priority of programs, if allowed.
pub(crate) fn raise_priority() {
    // SAFETY: the call only takes and returns numbers.
    #[expect(unsafe_code, reason = "nix has no getpriority")]
    let niceness = unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
    set_niceness(*NICENESS.get_or_init(|| niceness) - PRIORITY);
}

fn set_niceness(niceness: libc::c_int) {
    // SAFETY: the call only takes and returns numbers.
    #[expect(unsafe_code, reason = "nix has no setpriority")]
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, niceness)
    };
}

/// Applies the limits that the kernel enforces per process, and detaches the process from the service. Runs between fork and
/// exec of a single-threaded process.
pub(crate) fn apply(bounds: &Bounds, mode: Mode) -> io::Result<()> {
    setsid()?;
    prctl::set_no_new_privs()?;
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    lower(Resource::RLIMIT_CPU, bounds.cpu.as_secs().saturating_add(2))?;
    lower(Resource::RLIMIT_NOFILE, bounds.open_files)?;
    lower(Resource::RLIMIT_FSIZE, bounds.file_size_bytes)?;
    lower(Resource::RLIMIT_CORE, 0)?;
    if matches!(mode, Mode::UserNamespaces { counts_apart: true, .. }) {
        lower(Resource::RLIMIT_NPROC, most_tasks(bounds))?;
    }
    if let Some(niceness) = NICENESS.get() {
        set_niceness(*niceness);
    }
    signals::reset()?;
    close_on_exec()
}

/// Sets the soft and the hard limit, within the current hard limit.
fn lower(resource: Resource, value: u64) -> nix::Result<()> {
    let (_, hard) = getrlimit(resource)?;
    setrlimit(resource, value.min(hard), value.min(hard))
}

/// Marks every descriptor above the standard ones close-on-exec, including inherited ones.
fn close_on_exec() -> io::Result<()> {
    // SAFETY: close_range only sets a flag on descriptors here.
    #[expect(unsafe_code, reason = "nix has no close_range")]
    let result = unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC) };
    if result == 0 { Ok(()) } else { close_on_exec_one_by_one() }
}

/// For kernels before 5.11.
fn close_on_exec_one_by_one() -> io::Result<()> {
    use nix::fcntl::{FcntlArg, FdFlag, fcntl};
    use std::os::fd::BorrowedFd;
    let open: Vec<i32> =
        std::fs::read_dir("/proc/self/fd")?.flatten().filter_map(|fd| fd.file_name().to_str()?.parse().ok()).collect();
    for fd in open.into_iter().filter(|fd| *fd > 2) {
        // SAFETY: borrowed for one call; a descriptor that is closed by now makes that call fail, no more.
        #[expect(unsafe_code, reason = "descriptors are known by number only")]
        let fd = unsafe { BorrowedFd::borrow_raw(fd) };
        let _ = fcntl(fd, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC));
    }
    Ok(())
}
