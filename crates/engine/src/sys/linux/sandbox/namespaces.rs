//! The namespaces of a run: own processes, `/proc`, `/dev/shm` and System V objects.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;

use nix::errno::Errno;
use nix::libc;
use nix::mount::{MsFlags, mount};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{Gid, Pid, Uid};

use super::mode::Mode;
use crate::sys::linux::run_cgroup::RunCgroup;
use crate::sys::linux::{own_process, pid_ranges};

/// The environment variable that forces a mode: `namespaces`, `user-namespaces` or `subreaper`. Without it the strongest mode
/// that works is used. Tests set it.
pub(crate) const SWITCH: &str = "RUNTRAY_CONTAINMENT";

/// Process ids that the kernel does not reuse.
const RESERVED_IDS: u64 = 300;

/// The number of inodes of a file system in memory: one per so many bytes, with a minimum.
const BYTES_PER_FILE: u64 = 16 << 10;
const FEWEST_FILES: u64 = 1024;

/// The strongest mode that works on this machine, found by trial.
pub(crate) fn probe() -> Mode {
    let wanted = std::env::var(SWITCH).ok();
    let user = Mode::UserNamespaces { user: Uid::current(), group: Gid::current(), counts_apart: is_at_least(5, 14) };
    let modes = [("namespaces", Mode::Namespaces), ("user-namespaces", user)];
    let tried = modes.into_iter().filter(|(name, _)| wanted.as_deref().is_none_or(|wanted| wanted == *name));
    tried.map(|(_, mode)| mode).find(|mode| works(*mode)).unwrap_or(Mode::Subreaper)
}

fn works(mode: Mode) -> bool {
    match fork(mode) {
        Ok(None) => own_process::end(i32::from(set_up(mode, None).is_err())),
        Ok(Some(pid)) => matches!(waitpid(pid, None), Ok(WaitStatus::Exited(_, 0))),
        Err(_) => false,
    }
}

/// Forks this single-threaded process into new namespaces; `None` in the child.
pub(crate) fn fork(mode: Mode) -> nix::Result<Option<Pid>> {
    let own = libc::CLONE_NEWPID | libc::CLONE_NEWNS | libc::CLONE_NEWIPC;
    let flags = match mode {
        Mode::Namespaces => own,
        Mode::UserNamespaces { .. } => own | libc::CLONE_NEWUSER,
        Mode::Subreaper => 0,
    };
    // SAFETY: without CLONE_VM and with a null stack this is fork(2). The process has one thread, so no lock is held by
    // another and the child may go on as usual.
    #[expect(unsafe_code, reason = "no safe wrapper of fork into new namespaces exists")]
    let pid = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD | flags, 0, 0, 0, 0) };
    Errno::result(pid).map(|pid| (pid != 0).then(|| Pid::from_raw(i32::try_from(pid).unwrap_or(i32::MAX))))
}

/// The namespaces after their set-up.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    /// Roots of the run's file systems in memory.
    pub(crate) in_memory: Vec<File>,
    /// The run's control group.
    pub(crate) cgroup: Option<RunCgroup>,
}

impl Prepared {
    /// Limits each file system in memory, in bytes and in files: both take memory.
    pub(crate) fn limit(&self, memory_bytes: u64) {
        let options = format!("size={memory_bytes},nr_inodes={}", (memory_bytes / BYTES_PER_FILE).max(FEWEST_FILES));
        for root in &self.in_memory {
            let root = format!("/proc/self/fd/{}", root.as_raw_fd());
            let flags = MsFlags::MS_REMOUNT | MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
            let _ = mount(None::<&str>, root.as_str(), None::<&str>, flags, Some(options.as_str()));
        }
    }
}

/// Sets up the new namespaces. A control group is only kept where the program cannot leave it.
pub(crate) fn set_up(mode: Mode, cgroup: Option<RunCgroup>) -> io::Result<Prepared> {
    match mode {
        Mode::Subreaper => {
            return crate::sys::linux::subreaper::become_one().map(|()| Prepared::default());
        }
        Mode::UserNamespaces { user, group, .. } => keep_identity(user, group)?,
        Mode::Namespaces => {}
    }
    let hidden = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    // Later mounts of the machine propagate into the namespace, but none propagates out.
    mount(None::<&str>, "/", None::<&str>, MsFlags::MS_REC | MsFlags::MS_SLAVE, None::<&str>)?;
    mount(Some("proc"), "/proc", Some("proc"), hidden, None::<&str>)?;
    // If the cgroup file system cannot be made read-only, a program could leave its group; the supervisor then measures the run
    // itself.
    let cgroup = cgroup.filter(|_| close("/sys/fs/cgroup").is_ok());
    let prepared = Prepared { in_memory: in_memory("/dev/shm").into_iter().collect(), cgroup };
    // For the run's own message queues.
    let _ = mount(Some("mqueue"), "/dev/mqueue", Some("mqueue"), hidden, None::<&str>);
    super::mounts::check()?;
    Ok(prepared)
}

/// Files of the kernel's that root may write without any capability: some start programs outside of every namespace.
const OF_KERNEL: [&str; 6] = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs", "/sys"];

/// Makes the settings of the kernel read-only. Only root could change them, in a user namespace too.
pub(crate) fn close_kernel(mode: Mode) -> io::Result<()> {
    if mode == Mode::Subreaper || !Uid::effective().is_root() {
        return Ok(());
    }
    let paths = OF_KERNEL.iter().filter(|place| fs::symlink_metadata(place).is_ok());
    paths.into_iter().try_for_each(|place| close(place).or_else(|_| close_one(place)))
}

/// [`close`] for kernels before 5.12: mounts below stay as they are.
fn close_one(place: &str) -> io::Result<()> {
    for flags in [MsFlags::empty(), MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY] {
        mount(Some(place), place, None::<&str>, MsFlags::MS_BIND | flags, None::<&str>)?;
    }
    Ok(())
}

/// Makes `place` and everything mounted below read-only.
fn close(place: &str) -> io::Result<()> {
    mount(Some(place), place, None::<&str>, MsFlags::MS_BIND | MsFlags::MS_REC, None::<&str>)?;
    let place = std::ffi::CString::new(place)?;
    let attributes = libc::mount_attr { attr_set: libc::MOUNT_ATTR_RDONLY, attr_clr: 0, propagation: 0, userns_fd: 0 };
    // SAFETY: the kernel reads the path and the attributes, whose size is given.
    #[expect(unsafe_code, reason = "there is no wrapper of mount_setattr")]
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            place.as_ptr(),
            libc::AT_RECURSIVE,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    Errno::result(result).map(drop).map_err(Into::into)
}

/// Mounts an empty file system in memory and returns its root, if possible.
fn in_memory(place: &str) -> Option<File> {
    mount(Some("shm"), place, Some("tmpfs"), MsFlags::MS_NOSUID | MsFlags::MS_NODEV, Some("mode=1777")).ok()?;
    File::open(place).ok()
}

/// Limits the namespace to about `tasks` processes and threads, independently of the supervisor's polling: since Linux 6.14 a
/// PID namespace has its own largest id. RLIMIT_NPROC does the same in a user namespace.
pub(crate) fn hold_back(mode: Mode, tasks: u64) {
    // In older kernels the file sets the limit of the whole machine.
    if mode == Mode::Namespaces && is_at_least(6, 14) {
        let _ = fs::write("/proc/sys/kernel/pid_max", (RESERVED_IDS + pid_ranges::SPREAD + tasks).to_string());
    }
}

/// Whether this is Linux `major`.`minor` or newer.
fn is_at_least(major: u32, minor: u32) -> bool {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split('.').map_while(|part| part.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(major), Some(minor))
}

/// Maps the user and group to themselves, so that the program does not run as nobody.
fn keep_identity(user: Uid, group: Gid) -> io::Result<()> {
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}
