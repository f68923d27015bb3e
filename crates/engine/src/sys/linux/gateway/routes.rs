//! The machine's routes. A network with a route of its own, such as a company's behind a VPN or another router, is not on the
//! internet, even if its addresses are public.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, recv, send, socket};

/// A route for fewer leading bits leads to the internet: the default route, or the few that a VPN puts in its place.
const OWN_BITS: u8 = 8;
/// How long an answer is used: a route that is made later closes its network after this time.
const FRESH: Duration = Duration::from_secs(1);
/// How many answers are kept.
const MOST: usize = 1024;

/// Asks the kernel for the route itself, not for one to the address alone.
const RTM_F_FIB_MATCH: u32 = 0x2000;
/// The lengths of a message's header, of the description of a route after it, and of the head of an attribute.
const HEADER: usize = 16;
const ROUTE: usize = 12;
const ATTRIBUTE: usize = 4;

/// The routes, with the answers of the last moment.
#[derive(Default)]
pub(super) struct Routes {
    known: HashMap<IpAddr, (bool, Instant)>,
}

impl Routes {
    /// Whether `address` is in a network with a route of its own. If that is not known, the answer is yes.
    pub(super) fn lead_elsewhere(&mut self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if let Some((elsewhere, since)) = self.known.get(&address)
            && since.elapsed() < FRESH
        {
            return *elsewhere;
        }
        let elsewhere = bits(address).is_none_or(|bits| bits.is_some_and(|bits| bits >= OWN_BITS));
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(address, (elsewhere, Instant::now()));
        elsewhere
    }
}

/// The leading bits of the route to `address`: `Some(None)` if there is no route, `None` if the kernel does not answer.
fn bits(address: IpAddr) -> Option<Option<u8>> {
    match ask(address) {
        Ok(bits) => Some(Some(bits)),
        Err(error) => {
            let nowhere = [Errno::ENETUNREACH, Errno::EHOSTUNREACH, Errno::EACCES];
            nowhere.iter().any(|number| error.raw_os_error() == Some(*number as i32)).then_some(None)
        }
    }
}

fn ask(address: IpAddr) -> io::Result<u8> {
    let socket = socket(AddressFamily::Netlink, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::NetlinkRoute)?;
    send(socket.as_raw_fd(), &question(address), MsgFlags::empty())?;
    answer(&receive(&socket)?)
}

fn receive(socket: &OwnedFd) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4096];
    let count = recv(socket.as_raw_fd(), &mut bytes, MsgFlags::MSG_DONTWAIT)?;
    bytes.truncate(count);
    Ok(bytes)
}

/// The question for the route to `address`.
fn question(address: IpAddr) -> Vec<u8> {
    let (family, bytes) = match address {
        IpAddr::V4(address) => (libc::AF_INET, address.octets().to_vec()),
        IpAddr::V6(address) => (libc::AF_INET6, address.octets().to_vec()),
    };
    let attribute = ATTRIBUTE + bytes.len();
    let length = HEADER + ROUTE + attribute;
    let mut made = Vec::with_capacity(length);
    made.extend((length as u32).to_ne_bytes());
    made.extend(libc::RTM_GETROUTE.to_ne_bytes());
    made.extend((libc::NLM_F_REQUEST as u16).to_ne_bytes());
    // Its number, and the sender's, which the kernel fills in.
    made.extend([0; 8]);
    made.extend([family as u8, (bytes.len() * 8) as u8, 0, 0, 0, 0, 0, 0]);
    made.extend(RTM_F_FIB_MATCH.to_ne_bytes());
    made.extend((attribute as u16).to_ne_bytes());
    made.extend(libc::RTA_DST.to_ne_bytes());
    made.extend(bytes);
    made
}

/// The leading bits of the route in `message`.
fn answer(message: &[u8]) -> io::Result<u8> {
    let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let kind = message.get(4..6).and_then(|kind| kind.try_into().ok()).map(u16::from_ne_bytes).ok_or_else(short)?;
    if kind == libc::RTM_NEWROUTE {
        return message.get(HEADER + 1).copied().ok_or_else(short);
    }
    let number = message.get(HEADER..HEADER + 4).and_then(|number| number.try_into().ok()).map(i32::from_ne_bytes);
    Err(io::Error::from_raw_os_error(-number.filter(|_| kind == libc::NLMSG_ERROR as u16).ok_or_else(short)?))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{Routes, answer, bits, question};

    #[test]
    fn the_kernel_tells_the_route_of_an_address() {
        let at = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(bits(at("127.0.0.1")).map(|bits| bits.is_some_and(|bits| bits >= 8)), Some(true));
        assert!(Routes::default().lead_elsewhere(at("127.9.9.9")) && Routes::default().lead_elsewhere(at("::1")));
        // An address without a route of its own; there may be no default route here either.
        assert!(!Routes::default().lead_elsewhere(at("203.0.113.77")));
    }

    #[test]
    fn a_short_answer_tells_nothing() {
        let message = question("203.0.113.77".parse().expect("an address"));
        assert_eq!(message.len(), 36);
        for end in 0..message.len() {
            assert!(answer(&message[..end]).is_err(), "{end}");
        }
    }
}
