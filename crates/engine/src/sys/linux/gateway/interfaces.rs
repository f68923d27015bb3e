//! The machine's own addresses and the networks that it is directly connected to. They are closed even where their addresses
//! are public ones.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use nix::ifaddrs::{InterfaceAddress, getifaddrs};
use nix::sys::socket::SockaddrStorage;

/// How long a list is used: an interface that comes up later is closed after this time.
const FRESH: Duration = Duration::from_secs(1);

/// A list of networks, as their address and mask.
#[derive(Default)]
pub(super) struct Interfaces {
    networks: Vec<Network>,
    read: Option<Instant>,
}

/// An address, the mask of the network around it, and the other end of a connection between two machines.
struct Network {
    address: IpAddr,
    mask: Option<IpAddr>,
    peer: Option<IpAddr>,
}

impl Interfaces {
    /// Whether `address` belongs to this machine or to a network that it is connected to. If that is not known, the answer is
    /// yes.
    pub(super) fn contain(&mut self, address: IpAddr) -> bool {
        if self.read.is_none_or(|read| read.elapsed() > FRESH) {
            let Ok(found) = getifaddrs() else { return true };
            self.networks = found.filter_map(|interface| network(&interface)).collect();
            self.read = Some(Instant::now());
        }
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(address))
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        let in_network = match (self.address, self.mask, address) {
            (IpAddr::V4(own), Some(IpAddr::V4(mask)), IpAddr::V4(other)) => own & mask == other & mask,
            (IpAddr::V6(own), Some(IpAddr::V6(mask)), IpAddr::V6(other)) => own & mask == other & mask,
            _ => false,
        };
        in_network || self.address == address || self.peer == Some(address)
    }
}

fn network(interface: &InterfaceAddress) -> Option<Network> {
    let address = ip(interface.address.as_ref()?)?;
    let of = |other: &Option<SockaddrStorage>| other.as_ref().and_then(ip);
    Some(Network { address, mask: of(&interface.netmask), peer: of(&interface.destination) })
}

fn ip(address: &SockaddrStorage) -> Option<IpAddr> {
    let v4 = address.as_sockaddr_in().map(|address| address.ip().into());
    v4.or_else(|| address.as_sockaddr_in6().map(|address| address.ip().into()))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{Interfaces, Network};

    #[test]
    fn own_addresses_and_their_networks_are_known() {
        let at = |text: &str| text.parse::<IpAddr>().expect("an address");
        let network = |address: &str, mask: &str| Network { address: at(address), mask: Some(at(mask)), peer: None };
        for (network, other, expected) in [
            (network("203.0.113.9", "255.255.255.0"), "203.0.113.200", true),
            (network("203.0.113.9", "255.255.255.0"), "203.0.114.1", false),
            (network("203.0.113.9", "255.255.255.255"), "203.0.113.9", true),
            (network("203.0.113.9", "255.255.255.255"), "203.0.113.8", false),
            (network("2001:db8:1::5", "ffff:ffff:ffff:ffff::"), "2001:db8:1::77", true),
            (network("2001:db8:1::5", "ffff:ffff:ffff:ffff::"), "2001:db8:2::77", false),
            (
                Network { peer: Some(at("198.51.100.1")), ..network("10.8.0.2", "255.255.255.255") },
                "198.51.100.1",
                true,
            ),
        ] {
            assert_eq!(network.contains(at(other)), expected, "{other}");
        }
        assert!(Interfaces::default().contain(at("127.0.0.1")) && !Interfaces::default().contain(at("203.0.113.77")));
    }
}
