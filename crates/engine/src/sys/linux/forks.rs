//! New processes of a run, allowed or refused one by one, so that beyond the limit `fork` fails inside the program.
//!
//! The limits of the kernel count threads with processes, and a program may have many more threads. A seccomp filter lets threads
//! through and has the kernel ask the supervisor about every other `fork`, `vfork` and `clone`. Where there can be no filter, or
//! for system calls of another architecture, the supervisor ends a run that is seen to have too many.

use std::collections::HashSet;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use nix::unistd::Pid;

use super::filter;
use super::procfs;

/// CPU time that the asker may use until its process is seen: on a busy machine it may wait for long before it goes on.
const APPEARING: Duration = Duration::from_millis(30);
/// How long a full tree is taken to be full without looking again.
const FULL: Duration = Duration::from_millis(1);

mod ioctl {
    use nix::libc::{seccomp_notif, seccomp_notif_resp};
    nix::ioctl_readwrite!(receive, b'!', 0, seccomp_notif);
    nix::ioctl_readwrite!(send, b'!', 1, seccomp_notif_resp);
}

/// The way by which the filter's listener comes from the program's process to its supervisor.
pub(super) struct Way {
    ours: UnixDatagram,
    theirs: UnixDatagram,
}

impl Way {
    /// A new one.
    pub(super) fn open() -> io::Result<Self> {
        let (ours, theirs) = UnixDatagram::pair()?;
        ours.set_nonblocking(true)?;
        Ok(Self { ours, theirs })
    }

    /// The end for the program's process.
    pub(super) fn for_program(&self) -> io::Result<UnixDatagram> {
        self.theirs.try_clone()
    }

    /// The listener that the program's process sent before its exec; `None` where there is none.
    pub(super) fn receive(&self) -> Option<OwnedFd> {
        let mut byte = [0; 1];
        let mut data = [io::IoSliceMut::new(&mut byte)];
        let mut space = nix::cmsg_space!(libc::c_int);
        let flags = MsgFlags::MSG_CMSG_CLOEXEC | MsgFlags::MSG_DONTWAIT;
        let message = recvmsg::<()>(self.ours.as_raw_fd(), &mut data, Some(&mut space), flags).ok()?;
        let descriptor = message.cmsgs().ok()?.find_map(|part| match part {
            ControlMessageOwned::ScmRights(fds) => fds.first().copied(),
            _ => None,
        })?;
        // SAFETY: the kernel has just made this descriptor for us, and nothing else in this process owns it.
        #[expect(unsafe_code, reason = "taking ownership of a received descriptor")]
        Some(unsafe { OwnedFd::from_raw_fd(descriptor) })
    }
}

/// Puts the filter on this process, which is about to become the program, and sends its listener to the supervisor. Nothing
/// happens where the system has no such filters.
pub(super) fn ask_about_forks(to: &UnixDatagram) {
    let Ok(listener) = filter::install() else { return };
    let rights = [listener.as_raw_fd()];
    let rights = [ControlMessage::ScmRights(&rights)];
    let _ = sendmsg::<()>(to.as_raw_fd(), &[io::IoSlice::new(b"f")], &rights, MsgFlags::MSG_NOSIGNAL, None);
}

/// The supervisor's answers.
pub(super) struct Forks {
    listener: OwnedFd,
    most: usize,
    /// The living processes at the last look.
    known: HashSet<Pid>,
    granted: Vec<Grant>,
    full: Option<Instant>,
}

/// A process that was allowed and may not be there yet.
struct Grant {
    asker: Pid,
    /// What the asker had used by then.
    used: Duration,
}

impl Forks {
    /// Those that `listener` asks about, when `most` processes may live at once.
    pub(super) fn new(listener: OwnedFd, most: u32) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Self { listener, most, known: HashSet::new(), granted: Vec::new(), full: None }
    }

    /// To wait on.
    pub(super) fn listener(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }

    /// Answers one that asks; `processes` are those of the tree.
    pub(super) fn answer(&mut self, processes: impl FnOnce() -> Vec<Pid>) {
        let Some((id, asker)) = self.next() else { return };
        // A process that asks again has got what it was granted before.
        self.granted.retain(|grant| grant.asker != asker);
        let allowed = self.has_room(processes);
        if reply(&self.listener, id, allowed).is_ok() && allowed {
            self.granted.extend(procfs::row(asker).map(|row| Grant { asker, used: row.own }));
        }
    }

    /// Something has ended: there may be room again.
    pub(super) fn note_end(&mut self) {
        self.full = None;
    }

    /// The next question and the thread that asks; `None` when that is gone by now.
    fn next(&self) -> Option<(u64, Pid)> {
        // SAFETY: the structure holds only integers, for which zero is a value, and the kernel asks for zeros.
        #[expect(unsafe_code, reason = "seccomp's questions come by ioctl")]
        let mut question: libc::seccomp_notif = unsafe { std::mem::zeroed() };
        // SAFETY: the structure outlives the call.
        #[expect(unsafe_code, reason = "seccomp's questions come by ioctl")]
        unsafe { ioctl::receive(self.listener.as_raw_fd(), &raw mut question) }.ok()?;
        Some((question.id, Pid::from_raw(question.pid.cast_signed())))
    }

    fn has_room(&mut self, processes: impl FnOnce() -> Vec<Pid>) -> bool {
        if self.full.is_some_and(|since| since.elapsed() < FULL) {
            return false;
        }
        let alive = procfs::rows(&processes()).into_iter().filter(procfs::Row::is_alive).map(|row| row.pid);
        let alive: HashSet<Pid> = alive.collect();
        // Each new process is one that was granted; the other grants count until it is clear what became of them.
        let new = alive.difference(&self.known).count();
        self.granted.drain(..new.min(self.granted.len()));
        self.granted.retain(Grant::is_open);
        let has_room = alive.len() + self.granted.len() < self.most;
        self.full = (!has_room && self.granted.is_empty()).then(Instant::now);
        self.known = alive;
        has_room
    }
}

impl Grant {
    /// Whether its process may still be about to appear: the one that asked for it has to be running.
    fn is_open(&self) -> bool {
        procfs::row(self.asker)
            .is_some_and(|row| matches!(row.state, 'R' | 'D') && row.own.saturating_sub(self.used) < APPEARING)
    }
}

/// Lets the asking thread go on with its system call, or has that fail as it does at the system's own limits.
fn reply(listener: &OwnedFd, id: u64, allowed: bool) -> nix::Result<()> {
    let (error, flags) =
        if allowed { (0, libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32) } else { (-(Errno::EAGAIN as i32), 0) };
    let mut reply = libc::seccomp_notif_resp { id, val: 0, error, flags };
    // SAFETY: the structure outlives the call.
    #[expect(unsafe_code, reason = "seccomp's answers go by ioctl")]
    unsafe { ioctl::send(listener.as_raw_fd(), &raw mut reply) }.map(drop)
}
