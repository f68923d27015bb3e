//! The site's own translators to IPv4 (NAT64): an IPv6 address that looks public may stand for a closed IPv4 address.
//!
//! Their prefixes are found as RFC 7050 says: a name server that knows of a translator has IPv6 addresses for a name that has two
//! known IPv4 addresses only, and those are in them (RFC 6052).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

use smoltcp::wire::{DnsPacket, DnsQuestion, DnsRecord, DnsRecordData};

/// The question: a header with a place for its id, the name `ipv4only.arpa`, and the type of IPv6 addresses.
const QUESTION: &[u8] = b"\0\0\x01\0\0\x01\0\0\0\0\0\0\x08ipv4only\x04arpa\0\0\x1c\0\x01";
/// The addresses of that name.
const KNOWN: [Ipv4Addr; 2] = [Ipv4Addr::new(192, 0, 0, 170), Ipv4Addr::new(192, 0, 0, 171)];
/// The lengths of prefixes in bytes, and where the IPv4 address is with each; the ninth byte is never a part of it.
const PLACES: [(usize, [usize; 4]); 6] = [
    (4, [4, 5, 6, 7]),
    (5, [5, 6, 7, 9]),
    (6, [6, 7, 9, 10]),
    (7, [7, 9, 10, 11]),
    (8, [9, 10, 11, 12]),
    (12, [12, 13, 14, 15]),
];

/// How long a name server may take to answer: the run's other connections wait meanwhile.
const PATIENCE: Duration = Duration::from_millis(500);
/// After this time the name servers are asked again: the machine may have changed its network.
const FRESH: Duration = Duration::from_secs(60);
/// After this time they are asked again if none has answered.
const PAUSE: Duration = Duration::from_secs(5);

/// The translators, once they were asked for.
#[derive(Default)]
pub(super) struct Translators(Option<(Option<Vec<Prefix>>, Instant)>);

/// The addresses of a translator.
#[derive(Debug, PartialEq, Eq)]
struct Prefix {
    bytes: [u8; 16],
    length: usize,
    places: [usize; 4],
}

/// No name server has answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unknown;

impl Translators {
    /// The IPv4 addresses that `address` may stand for. `servers` are the name servers, which may be asked.
    ///
    /// # Errors
    /// The prefixes of the network's translators are not known.
    pub(super) fn meant_by(&mut self, address: Ipv6Addr, servers: &[SocketAddr]) -> Result<Vec<Ipv4Addr>, Unknown> {
        let holds = |prefixes: &Option<Vec<Prefix>>, since: &Instant| {
            since.elapsed() < if prefixes.is_some() { FRESH } else { PAUSE }
        };
        if !self.0.as_ref().is_some_and(|(prefixes, since)| holds(prefixes, since)) {
            let found = servers.iter().find_map(|server| ask(*server));
            self.0 = Some((found, Instant::now()));
        }
        let prefixes = self.0.as_ref().and_then(|(prefixes, _)| prefixes.as_ref()).ok_or(Unknown)?;
        Ok(prefixes.iter().filter_map(|prefix| prefix.meant_by(address)).collect())
    }
}

impl Prefix {
    /// The prefixes of the address of [`QUESTION`]'s name.
    fn of(address: Ipv6Addr) -> impl Iterator<Item = Self> {
        let bytes = address.octets();
        let prefixes = PLACES.map(|(length, places)| Self { bytes, length, places });
        prefixes.into_iter().filter(|prefix| KNOWN.contains(&prefix.inner(&prefix.bytes)))
    }

    fn meant_by(&self, address: Ipv6Addr) -> Option<Ipv4Addr> {
        let bytes = address.octets();
        (bytes[..self.length] == self.bytes[..self.length]).then(|| self.inner(&bytes))
    }

    fn inner(&self, bytes: &[u8; 16]) -> Ipv4Addr {
        self.places.map(|place| bytes[place]).into()
    }
}

/// The prefixes that `server` knows; `None` if it does not answer.
fn ask(server: SocketAddr) -> Option<Vec<Prefix>> {
    let own = if server.is_ipv4() { IpAddr::V4(Ipv4Addr::UNSPECIFIED) } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((own, 0)).ok()?;
    socket.connect(server).ok()?;
    socket.set_read_timeout(Some(PATIENCE)).ok()?;
    // The kernel chooses the port and the clock the id, so that nobody else knows both.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let id = (now.subsec_nanos() as u16).to_be_bytes();
    socket.send(&[&id[..], &QUESTION[id.len()..]].concat()).ok()?;
    let mut bytes = [0; 4096];
    let count = socket.recv(&mut bytes).ok()?;
    prefixes(&bytes[..count]).filter(|_| bytes[..id.len()] == id)
}

/// The prefixes in an answer; `None` if it is none.
fn prefixes(message: &[u8]) -> Option<Vec<Prefix>> {
    let packet = DnsPacket::new_checked(message).ok()?;
    let mut rest = packet.payload();
    for _ in 0..packet.question_count() {
        (rest, _) = DnsQuestion::parse(rest).ok()?;
    }
    let mut found = Vec::new();
    for _ in 0..packet.answer_record_count() {
        let (after, record) = DnsRecord::parse(rest).ok()?;
        rest = after;
        if let DnsRecordData::Aaaa(address) = record.data {
            found.extend(Prefix::of(address));
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};

    use super::{Prefix, QUESTION, Translators, Unknown, prefixes};

    fn at(text: &str) -> Ipv6Addr {
        text.parse().expect("an address")
    }

    /// An answer with those addresses.
    fn answer(addresses: &[&str]) -> Vec<u8> {
        let mut made = QUESTION.to_vec();
        made[2..4].copy_from_slice(&[0x81, 0x80]);
        made[7] = addresses.len() as u8;
        for address in addresses {
            made.extend(b"\xc0\x0c\0\x1c\0\x01\0\0\0\x3c\0\x10");
            made.extend(at(address).octets());
        }
        made
    }

    #[test]
    fn the_address_is_found_with_prefixes_of_each_length() {
        // The examples of RFC 6052, 2.4, for 192.0.2.33.
        for (known, example) in [
            ("2001:db8:c000:aa::", "2001:db8:c000:221::"),
            ("2001:db8:1c0:0:aa::", "2001:db8:1c0:2:21::"),
            ("2001:db8:122:c000:0:aa00::", "2001:db8:122:c000:2:2100::"),
            ("2001:db8:122:3c0:0:aa::", "2001:db8:122:3c0:0:221::"),
            ("2001:db8:122:344:c0:0:aa00::", "2001:db8:122:344:c0:2:2100::"),
            ("2001:db8:122:344::192.0.0.171", "2001:db8:122:344::192.0.2.33"),
        ] {
            let found: Vec<Prefix> = Prefix::of(at(known)).collect();
            let meant: Vec<_> = found.iter().filter_map(|prefix| prefix.meant_by(at(example))).collect();
            assert_eq!(meant, [Ipv4Addr::new(192, 0, 2, 33)], "{known}");
        }
        assert_eq!(Prefix::of(at("2001:db8::1")).count(), 0);
    }

    #[test]
    fn a_name_server_is_asked_once() {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let servers = [server.local_addr().expect("an address")];
        let serving = std::thread::spawn(move || {
            let mut bytes = [0; 512];
            let (_, from) = server.recv_from(&mut bytes).expect("a question");
            let made = [&bytes[..2], &answer(&["2001:db8:1::c000:aa"])[2..]].concat();
            server.send_to(&made, from).expect("an answer");
        });
        let mut translators = Translators::default();
        for (address, meant) in
            [("2001:db8:1::a4d:1", vec![Ipv4Addr::new(10, 77, 0, 1)]), ("2001:db8:2::a4d:1", vec![])]
        {
            assert_eq!(translators.meant_by(at(address), &servers), Ok(meant), "{address}");
        }
        serving.join().expect("a server");
        assert_eq!(Translators::default().meant_by(at("2001:db8::1"), &[]), Err(Unknown));
    }

    #[test]
    fn any_message_is_an_answer_or_none() {
        assert_eq!(prefixes(&answer(&[])), Some(Vec::new()));
        let whole = answer(&["64:ff9b::c000:aa", "2001:db8::1"]);
        assert_eq!(prefixes(&whole).expect("an answer").len(), 1);
        for end in 0..whole.len() {
            assert_eq!(prefixes(&whole[..end]), None, "{end}");
        }
    }
}
