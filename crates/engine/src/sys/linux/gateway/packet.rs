//! Packets of the program, as far as they must be understood before the stack gets them, and packets for it that the stack does
//! not make: datagrams, and messages that an address cannot be reached.

use std::net::{IpAddr, SocketAddr};

use smoltcp::phy::ChecksumCapabilities;
use smoltcp::wire::{
    Icmpv4DstUnreachable, Icmpv4Packet, Icmpv4Repr, Icmpv6DstUnreachable, Icmpv6Packet, Icmpv6Repr, IpAddress,
    IpProtocol, IpRepr, Ipv4Packet, Ipv4Repr, Ipv6Packet, Ipv6Repr, TcpPacket, UDP_HEADER_LEN, UdpPacket, UdpRepr,
};

/// The addresses of a TCP or UDP flow: the program's end, and the destination.
pub(super) type Pair = (SocketAddr, SocketAddr);

/// The number of a packet's bytes that are returned with the message that it cannot be delivered.
const RETURNED: usize = 64;
const HOPS: u8 = 64;

/// A packet of the program.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet<'a> {
    /// A part of a TCP connection.
    Stream {
        /// The connection.
        pair: Pair,
        /// Whether it opens the connection.
        opens: bool,
    },
    /// A UDP datagram.
    Datagram {
        /// The flow.
        pair: Pair,
        /// Its content.
        content: &'a [u8],
    },
}

/// Why an address cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The rules close it.
    Closed,
    /// The machine has no route to it.
    NoWay,
    /// Nothing listens there.
    NoPort,
}

/// Reads a packet; `None` for fragments, other protocols and malformed packets.
pub(super) fn parse(bytes: &[u8]) -> Option<Packet<'_>> {
    let (protocol, from, to, payload): (_, IpAddr, IpAddr, _) = match bytes.first()? >> 4 {
        4 => {
            let packet = Ipv4Packet::new_checked(bytes).ok()?;
            if packet.more_frags() || packet.frag_offset() != 0 {
                return None;
            }
            (packet.next_header(), packet.src_addr().into(), packet.dst_addr().into(), packet.payload())
        }
        6 => {
            let packet = Ipv6Packet::new_checked(bytes).ok()?;
            (packet.next_header(), packet.src_addr().into(), packet.dst_addr().into(), packet.payload())
        }
        _ => return None,
    };
    let pair = |from_port, to_port| (SocketAddr::new(from, from_port), SocketAddr::new(to, to_port));
    match protocol {
        IpProtocol::Tcp => {
            let packet = TcpPacket::new_checked(payload).ok()?;
            // Only the first packet of a connection has SYN without ACK.
            let opens = packet.syn() && !packet.ack() && !packet.rst();
            Some(Packet::Stream { pair: pair(packet.src_port(), packet.dst_port()), opens })
        }
        IpProtocol::Udp => {
            let packet = UdpPacket::new_checked(payload).ok()?;
            let pair = pair(packet.src_port(), packet.dst_port());
            (pair.1.port() != 0).then(|| Packet::Datagram { pair, content: packet.payload() })
        }
        _ => None,
    }
}

/// The datagram `content` from `from` to `to`, which are addresses of one family.
pub(super) fn datagram(from: SocketAddr, to: SocketAddr, content: &[u8]) -> Vec<u8> {
    let (source, destination) = (IpAddress::from(from.ip()), IpAddress::from(to.ip()));
    let ip = IpRepr::new(source, destination, IpProtocol::Udp, UDP_HEADER_LEN + content.len(), HOPS);
    let udp = UdpRepr { src_port: from.port(), dst_port: to.port() };
    let checksums = ChecksumCapabilities::default();
    let mut packet = vec![0; ip.buffer_len()];
    ip.emit(&mut packet[..], &checksums);
    let mut inner = UdpPacket::new_unchecked(&mut packet[ip.header_len()..]);
    let write = |place: &mut [u8]| place.copy_from_slice(content);
    udp.emit(&mut inner, &source, &destination, content.len(), write, &checksums);
    packet
}

/// The message to the program that its packet `original` was not delivered; `None` if that is malformed.
pub(super) fn unreachable(original: &[u8], refusal: Refusal) -> Option<Vec<u8>> {
    let checksums = ChecksumCapabilities::default();
    if original.first()? >> 4 == 4 {
        let packet = Ipv4Packet::new_checked(original).ok()?;
        let header = Ipv4Repr::parse(&packet, &checksums).ok()?;
        let data = packet.payload().get(..RETURNED.min(packet.payload().len()))?;
        let message = Icmpv4Repr::DstUnreachable { reason: refusal.v4(), header, data };
        let ip = reply(header.dst_addr.into(), header.src_addr.into(), IpProtocol::Icmp, message.buffer_len());
        let mut made = vec![0; ip.buffer_len()];
        ip.emit(&mut made[..], &checksums);
        message.emit(&mut Icmpv4Packet::new_unchecked(&mut made[ip.header_len()..]), &checksums);
        return Some(made);
    }
    let packet = Ipv6Packet::new_checked(original).ok()?;
    let header = Ipv6Repr::parse(&packet).ok()?;
    let data = packet.payload().get(..RETURNED.min(packet.payload().len()))?;
    let message = Icmpv6Repr::DstUnreachable { reason: refusal.v6(), header, data };
    let ip = reply(header.dst_addr.into(), header.src_addr.into(), IpProtocol::Icmpv6, message.buffer_len());
    let mut made = vec![0; ip.buffer_len()];
    ip.emit(&mut made[..], &checksums);
    let mut inner = Icmpv6Packet::new_unchecked(&mut made[ip.header_len()..]);
    message.emit(&header.dst_addr, &header.src_addr, &mut inner, &checksums);
    Some(made)
}

fn reply(from: IpAddress, to: IpAddress, protocol: IpProtocol, length: usize) -> IpRepr {
    IpRepr::new(from, to, protocol, length, HOPS)
}

impl Refusal {
    /// Linux reports `EHOSTUNREACH` for the first, `ENETUNREACH` for the second, `ECONNREFUSED` for the third.
    fn v4(self) -> Icmpv4DstUnreachable {
        match self {
            Self::Closed => Icmpv4DstUnreachable::HostProhibited,
            Self::NoWay => Icmpv4DstUnreachable::NetUnreachable,
            Self::NoPort => Icmpv4DstUnreachable::PortUnreachable,
        }
    }

    /// Linux reports `EACCES` for the first, `ENETUNREACH` for the second, `ECONNREFUSED` for the third.
    fn v6(self) -> Icmpv6DstUnreachable {
        match self {
            Self::Closed => Icmpv6DstUnreachable::AdminProhibit,
            Self::NoWay => Icmpv6DstUnreachable::NoRoute,
            Self::NoPort => Icmpv6DstUnreachable::PortUnreachable,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::{Packet, Refusal, datagram, parse, unreachable};

    fn at(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn datagrams_are_read_as_they_were_made() {
        for (from, to) in [("198.18.0.2:40000", "203.0.113.1:53"), ("[fd00::2]:1", "[2001:db8::1]:65535")] {
            let (from, to) = (at(from), at(to));
            for content in [&b""[..], b"x", &[7; 1400]] {
                let made = datagram(from, to, content);
                assert_eq!(parse(&made), Some(Packet::Datagram { pair: (from, to), content }));
            }
        }
    }

    #[test]
    fn a_refusal_names_the_packet() {
        for (from, to, code) in [("198.18.0.2:4", "10.0.0.1:53", 10), ("[fd00::2]:4", "[fd00::9]:53", 1)] {
            let made = datagram(at(from), at(to), &[1; 4000]);
            let message = unreachable(&made, Refusal::Closed).expect("a message");
            let header = if at(from).is_ipv4() { 20 } else { 40 };
            assert_eq!((message[header], message[header + 1]), (if header == 20 { 3 } else { 1 }, code));
            assert!(message.len() < 200 && message[header + 8..].starts_with(&made[..1]));
        }
    }

    #[test]
    fn what_is_malformed_is_ignored() {
        let made = datagram(at("198.18.0.2:4"), at("203.0.113.1:53"), b"hello");
        for length in 0..made.len() {
            assert_eq!(parse(&made[..length]), None, "{length}");
            assert_eq!(unreachable(&made[..length], Refusal::Closed), None, "{length}");
        }
        let mut fragment = made.clone();
        fragment[6] |= 0x20;
        let mut other = made.clone();
        other[9] = 132;
        for bytes in [fragment, other, vec![0xf0; 60], vec![0x60; 39]] {
            assert_eq!(parse(&bytes), None);
        }
    }
}
