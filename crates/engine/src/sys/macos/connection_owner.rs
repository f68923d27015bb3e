//! The owner of a local connection: searches the sockets of the user's processes, by libproc.
//!
//! Only root sees the sockets of other users' processes. So a connection that is not found belongs to another user, or is
//! closed.
#![expect(unsafe_code, reason = "libproc fills structures that are given by address")]

use std::ffi::{c_int, c_void};
use std::io::{self, ErrorKind};
use std::mem::zeroed;
use std::net::{IpAddr, SocketAddr};
use std::ptr::null_mut;

use nix::libc;

use super::table;

/// `PROC_PIDFDSOCKETINFO` and `PROX_FDTYPE_SOCKET` (sys/proc_info.h).
const SOCKET_INFO: c_int = 3;
const SOCKET: u32 = 2;
/// The size of `struct socket_fdinfo`, and the offsets of the fields that are read.
const SIZE: usize = 792;
const FAMILY: usize = 24 + 160;
const FOREIGN_PORT: usize = 24 + 240;
const LOCAL_PORT: usize = FOREIGN_PORT + 4;
const FOREIGN_ADDRESS: usize = FOREIGN_PORT + 32;
const LOCAL_ADDRESS: usize = FOREIGN_ADDRESS + 16;
/// The offset of an IPv4 address in an IPv6 one.
const IN_V6: usize = 12;

/// Whether the socket at `theirs` that is connected to `ours` belongs to this user.
pub(crate) async fn is_own_connection(theirs: SocketAddr, ours: SocketAddr) -> io::Result<bool> {
    // Other processes may come and go during the search; the one with the connection stays.
    let search = move || table::rows().into_iter().any(|row| has(row.pid, theirs, ours));
    match tokio::task::spawn_blocking(search).await? {
        true => Ok(true),
        false => Err(io::Error::new(ErrorKind::NotFound, "none of this user's processes has the other end")),
    }
}

fn has(pid: i32, theirs: SocketAddr, ours: SocketAddr) -> bool {
    sockets(pid).into_iter().filter_map(|descriptor| ends(pid, descriptor)).any(|ends| ends.are(theirs, ours))
}

/// The sockets of a process.
fn sockets(pid: i32) -> Vec<i32> {
    // SAFETY: without a place to write to, this only says how much there is.
    let size = unsafe { libc::proc_pidinfo(pid, libc::PROC_PIDLISTFDS, 0, null_mut(), 0) };
    let count = usize::try_from(size).unwrap_or(0) / size_of::<libc::proc_fdinfo>();
    // SAFETY: the structure holds only integers, for which zero is a value.
    let mut list: Vec<libc::proc_fdinfo> = vec![unsafe { zeroed() }; count];
    let size = size_of_val(&*list) as c_int;
    // SAFETY: the buffer is as large as the given size.
    let filled = unsafe { libc::proc_pidinfo(pid, libc::PROC_PIDLISTFDS, 0, list.as_mut_ptr().cast::<c_void>(), size) };
    list.truncate(usize::try_from(filled).unwrap_or(0) / size_of::<libc::proc_fdinfo>());
    list.into_iter().filter(|one| one.proc_fdtype == SOCKET).map(|one| one.proc_fd).collect()
}

/// The two ends of a TCP socket, as in the structure.
struct Ends {
    local: (u16, [u8; 16]),
    foreign: (u16, [u8; 16]),
}

impl Ends {
    fn are(&self, theirs: SocketAddr, ours: SocketAddr) -> bool {
        is(&self.local, theirs) && is(&self.foreign, ours)
    }
}

/// An IPv4 address follows twelve bytes, which are zero or, for an IPv6 socket, mark a mapped address.
fn is((port, address): &(u16, [u8; 16]), wanted: SocketAddr) -> bool {
    let same = match wanted.ip() {
        IpAddr::V4(wanted) => address[IN_V6..] == wanted.octets(),
        IpAddr::V6(wanted) => *address == wanted.octets(),
    };
    *port == wanted.port() && same
}

fn ends(pid: i32, descriptor: i32) -> Option<Ends> {
    // In units of eight bytes, for the alignment of the structure.
    let mut info = [0_u64; SIZE / 8];
    // SAFETY: the buffer is as large as the given size.
    let filled = unsafe {
        libc::proc_pidfdinfo(pid, descriptor, SOCKET_INFO, info.as_mut_ptr().cast::<c_void>(), SIZE as c_int)
    };
    if filled != SIZE as c_int {
        return None;
    }
    let bytes: Vec<u8> = info.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let family = i32::from_ne_bytes(bytes.get(FAMILY..FAMILY + 4)?.try_into().ok()?);
    if family != libc::AF_INET && family != libc::AF_INET6 {
        return None;
    }
    // The port is in network order in the first two bytes of four.
    let port = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let address = |at: usize| bytes.get(at..at + 16)?.try_into().ok();
    Some(Ends {
        local: (port(LOCAL_PORT)?, address(LOCAL_ADDRESS)?),
        foreign: (port(FOREIGN_PORT)?, address(FOREIGN_ADDRESS)?),
    })
}
