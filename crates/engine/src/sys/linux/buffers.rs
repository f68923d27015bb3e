//! Memory in the buffers of UNIX sockets and pipes.
//!
//! The kernel counts the bytes in a UNIX socket's queue as the sender's. If no process has the sending socket any more, it cannot
//! be asked, so such a queue counts as full. TCP and UDP are not measured: the kernel bounds their buffers for the whole machine
//! (`tcp_mem`, `udp_mem`).

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd};
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sys::socket::{SockType, getsockopt, sockopt};
use nix::unistd::Pid;

use super::{own_process, procfs};

/// The limit of a socket's buffer if it is not known.
const USUAL: u64 = 212_992;
/// The kernel doubles the size that a program asks for.
const DOUBLED: u64 = 2;
/// `SO_MEMINFO`, and the places of its numbers for received, sent and other memory.
const MEMINFO: libc::c_int = 55;
const NUMBERS: usize = 9;
const HELD: [usize; 3] = [0, 2, 6];

/// The buffers of some processes.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) bytes: u64,
    /// The most memory that may exist in addition.
    pub(crate) uncertain_bytes: u64,
    /// The sockets that were found, of every kind.
    pub(crate) sockets: u64,
    /// Living processes that cannot be looked into.
    pub(crate) unseen: Vec<Pid>,
}

impl Buffers {
    /// Adds a UNIX socket.
    pub(crate) fn add_socket(&mut self, socket: &File) {
        self.bytes += held(socket).unwrap_or_default();
        if may_have_lost_sender(socket) {
            self.add_unseen(1);
        }
    }

    /// Adds sockets that cannot be asked.
    pub(crate) fn add_unseen(&mut self, sockets: u64) {
        self.uncertain_bytes += sockets * most_of_socket();
    }

    /// Adds a pipe. Each of its pages may hold a single byte.
    pub(crate) fn add_pipe(&mut self, pipe: &File) {
        if has_input(pipe) {
            let size = fcntl(pipe, FcntlArg::F_GETPIPE_SZ).unwrap_or_default();
            self.bytes += u64::try_from(size).unwrap_or(0);
        }
    }
}

/// The data that a socket has sent and nobody has received, and its other memory.
fn held(socket: &File) -> nix::Result<u64> {
    let mut numbers = [0_u32; NUMBERS];
    let mut size = libc::socklen_t::try_from(size_of_val(&numbers)).unwrap_or_default();
    let place = numbers.as_mut_ptr().cast();
    // SAFETY: the kernel writes at most that many bytes to the numbers.
    #[expect(unsafe_code, reason = "nix has no SO_MEMINFO")]
    let asked = unsafe { libc::getsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, MEMINFO, place, &raw mut size) };
    Errno::result(asked).map(|_| HELD.iter().map(|place| u64::from(numbers[*place])).sum())
}

/// Whether bytes wait in the queue whose sender may be closed. A stream reports that; for datagrams it is unknown.
fn may_have_lost_sender(socket: &File) -> bool {
    let mut asked = [PollFd::new(socket.as_fd(), PollFlags::POLLIN | PollFlags::POLLHUP)];
    if own_process::wait(&mut asked, PollTimeout::ZERO).is_err() {
        return false;
    }
    let told = asked[0].revents().unwrap_or(PollFlags::empty());
    let is_datagram = || getsockopt(socket, sockopt::SockType) == Ok(SockType::Datagram);
    told.contains(PollFlags::POLLIN) && (told.contains(PollFlags::POLLHUP) && has_input(socket) || is_datagram())
}

/// Whether bytes wait in a pipe or a stream, which is also readable when its peer is gone.
fn has_input(file: &File) -> bool {
    let mut bytes: libc::c_int = 0;
    // SAFETY: the request writes one number to a place of our own.
    #[expect(unsafe_code, reason = "nix has no FIONREAD")]
    let asked = Errno::result(unsafe { libc::ioctl(file.as_raw_fd(), libc::FIONREAD, &raw mut bytes) });
    asked.is_ok() && bytes > 0
}

/// The most that one socket can have sent.
fn most_of_socket() -> u64 {
    static MOST: OnceLock<u64> = OnceLock::new();
    *MOST.get_or_init(|| {
        let most = procfs::text("/proc/sys/net/core/wmem_max").ok().and_then(|text| text.trim().parse().ok());
        most.unwrap_or(USUAL) * DOUBLED
    })
}
