//! The owner of a local connection: by netlink (`sock_diag`), else from `/proc/net/tcp*`.
//!
//! The kernel reports a closed socket as root's. So only a socket that still has an inode counts.

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};

use nix::libc::{AF_INET, AF_INET6, IPPROTO_TCP};
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket};
use nix::unistd::geteuid;

/// `SOCK_DIAG_BY_FAMILY` (linux/sock_diag.h).
const BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const NETLINK_HEADER: usize = 16;
const REQUEST: usize = NETLINK_HEADER + 8 + SOCKET_ID;
/// `struct inet_diag_sockid`.
const SOCKET_ID: usize = 48;
/// The states of a socket that still belongs to a process: established, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT.
const CONNECTED: [u8; 4] = [1, 4, 5, 8];

/// A socket's owner.
struct Owner {
    state: u8,
    uid: u32,
    inode: u64,
}

/// Whether the socket at `theirs` that is connected to `ours` belongs to this user. Asynchronous only because other systems must
/// search.
pub(crate) async fn is_own_connection(theirs: SocketAddr, ours: SocketAddr) -> io::Result<bool> {
    let owner = ask(theirs, ours).or_else(|_| look_up(theirs, ours))?;
    match CONNECTED.contains(&owner.state) && owner.inode != 0 {
        true => Ok(owner.uid == geteuid().as_raw()),
        false => Err(io::Error::new(ErrorKind::NotFound, "the other end was closed")),
    }
}

fn ask(theirs: SocketAddr, ours: SocketAddr) -> io::Result<Owner> {
    let netlink =
        socket(AddressFamily::Netlink, SockType::Datagram, SockFlag::SOCK_CLOEXEC, SockProtocol::NetlinkSockDiag)?;
    let request = request(theirs, ours);
    send(netlink.as_raw_fd(), &request, MsgFlags::empty())?;
    answer(&netlink, theirs, ours)
}

/// The kernel has answered when the request returns, so this does not block.
fn answer(netlink: &OwnedFd, theirs: SocketAddr, ours: SocketAddr) -> io::Result<Owner> {
    let mut answer = [0; 1024];
    let length = recv(netlink.as_raw_fd(), &mut answer, MsgFlags::MSG_DONTWAIT)?;
    let malformed = || io::Error::from(ErrorKind::InvalidData);
    let message = answer.get(..length).ok_or_else(malformed)?;
    if u16_at(message, 4) != Some(BY_FAMILY) {
        return Err(ErrorKind::NotFound.into());
    }
    // `struct inet_diag_msg`: family, state, timer, retrans, the socket's id, three numbers, then uid and inode.
    let body = message.get(NETLINK_HEADER..).ok_or_else(malformed)?;
    let ports = [theirs.port().to_be_bytes(), ours.port().to_be_bytes()].concat();
    if body.get(4..8) != Some(&ports) {
        return Err(ErrorKind::NotFound.into());
    }
    let state = *body.get(1).ok_or_else(malformed)?;
    let after = 4 + SOCKET_ID + 12;
    let (uid, inode) = (u32_at(body, after).ok_or_else(malformed)?, u32_at(body, after + 4).ok_or_else(malformed)?);
    Ok(Owner { state, uid, inode: inode.into() })
}

/// `struct nlmsghdr`, `struct inet_diag_req_v2`: one socket, by its two ends.
fn request(theirs: SocketAddr, ours: SocketAddr) -> Vec<u8> {
    let family = if theirs.is_ipv4() { AF_INET } else { AF_INET6 };
    let mut bytes = Vec::with_capacity(REQUEST);
    bytes.extend((REQUEST as u32).to_ne_bytes());
    bytes.extend(BY_FAMILY.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST.to_ne_bytes());
    // Sequence number and port.
    bytes.extend([0; 8]);
    bytes.extend([family as u8, IPPROTO_TCP as u8, 0, 0]);
    // All states.
    bytes.extend(u32::MAX.to_ne_bytes());
    bytes.extend(theirs.port().to_be_bytes());
    bytes.extend(ours.port().to_be_bytes());
    bytes.extend(octets(theirs.ip()));
    bytes.extend(octets(ours.ip()));
    // Any interface, and no cookie of a known socket.
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend([0xFF; 8]);
    bytes
}

/// An address in 16 bytes; IPv4 uses the first four.
fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V6(address) => address.octets(),
        IpAddr::V4(address) => {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&address.octets());
            bytes
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Searches the kernel's tables. An IPv6 socket with an IPv4 connection is in the IPv6 table.
fn look_up(theirs: SocketAddr, ours: SocketAddr) -> io::Result<Owner> {
    let mapped = |address: SocketAddr| match address.ip() {
        IpAddr::V4(ip) => SocketAddr::from((ip.to_ipv6_mapped(), address.port())),
        IpAddr::V6(_) => address,
    };
    let v6 = || search("/proc/net/tcp6", mapped(theirs), mapped(ours));
    if theirs.is_ipv4() { search("/proc/net/tcp", theirs, ours).or_else(|_| v6()) } else { v6() }
}

fn search(table: &str, theirs: SocketAddr, ours: SocketAddr) -> io::Result<Owner> {
    let (theirs, ours) = (written(theirs), written(ours));
    let table = fs::read_to_string(table)?;
    let found = table.lines().find_map(|line| owner_in(line, &theirs, &ours));
    found.ok_or_else(|| ErrorKind::NotFound.into())
}

/// Parses a line of the table: `sl local remote state queues tr tm->when retrnsmt uid timeout inode …`.
fn owner_in(line: &str, theirs: &str, ours: &str) -> Option<Owner> {
    let columns: Vec<&str> = line.split_ascii_whitespace().take(10).collect();
    let [_, local, remote, state, _, _, _, uid, _, inode] = columns[..] else { return None };
    if (local, remote) != (theirs, ours) {
        return None;
    }
    Some(Owner { state: u8::from_str_radix(state, 16).ok()?, uid: uid.parse().ok()?, inode: inode.parse().ok()? })
}

/// An address as in the tables: each 32 bits in the machine's byte order, in hexadecimal.
fn written(address: SocketAddr) -> String {
    let length = if address.is_ipv4() { 4 } else { 16 };
    let words = octets(address.ip());
    let words = words[..length].chunks_exact(4).filter_map(|word| Some(u32::from_ne_bytes(word.try_into().ok()?)));
    let words: String = words.map(|word| format!("{word:08X}")).collect();
    format!("{words}:{:04X}", address.port())
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use nix::unistd::geteuid;

    use super::{ask, look_up, owner_in};
    use crate::sys::skip::skip;

    #[test]
    fn both_ways_say_the_same() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else {
                skip(format_args!("this machine cannot listen on {address}"));
                continue;
            };
            let theirs = TcpStream::connect(listener.local_addr().expect("an address")).expect("a connection");
            let ends = (theirs.local_addr().expect("an address"), theirs.peer_addr().expect("an address"));
            let slow = look_up(ends.0, ends.1).expect("the table has it");
            assert_eq!((slow.state, slow.uid), (1, geteuid().as_raw()), "{address}");
            match ask(ends.0, ends.1) {
                Ok(quick) => assert_eq!((quick.state, quick.uid, quick.inode), (slow.state, slow.uid, slow.inode)),
                Err(error) => skip(format_args!("this kernel answers no sock_diag: {error}")),
            }
        }
    }

    #[test]
    fn a_line_of_the_table_is_read() {
        let line =
            "   1: 0100007F:A2B4 0100007F:1388 01 00000000:00000000 00:00000000 00000000  1001        0 4711 1 0";
        let owner = owner_in(line, "0100007F:A2B4", "0100007F:1388").expect("an owner");
        assert_eq!((owner.state, owner.uid, owner.inode), (1, 1001, 4711));
        assert!(owner_in(line, "0100007F:1388", "0100007F:A2B4").is_none(), "our own end is not theirs");
        assert!(owner_in("  sl  local_address rem_address", "a", "b").is_none());
    }
}
