//! The addresses that are not public: this machine, local networks, and ways around them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block of addresses: its first address, and the number of leading bits that all of it share.
type Block<Address> = (Address, u32);

/// IPv4 blocks that are no public address of one machine (RFC 6890 and IANA's registry of special addresses).
const CLOSED_V4: [Block<Ipv4Addr>; 12] = [
    // This machine and network.
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Private networks, and networks of providers.
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // The link, with the metadata service of clouds.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // Protocol assignments, relays to IPv6, and benchmarks, of which the run's own device has an address.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Multicast, reserved ones and broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The only IPv6 block with public addresses.
const GLOBAL_V6: Block<Ipv6Addr> = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// The closed blocks in it: protocol assignments with Teredo and ORCHID, and 6to4, both of which contain other addresses.
const CLOSED_V6: [Block<Ipv6Addr>; 2] =
    [(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16)];

/// Addresses that a translator (NAT64) turns into the IPv4 address of their last four bytes.
const TRANSLATED: Block<Ipv6Addr> = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// Whether `address` is no public address.
pub(super) fn is_closed(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => CLOSED_V4.iter().any(|block| contains_v4(*block, address)),
        IpAddr::V6(address) if contains_v6(TRANSLATED, address) => is_closed(translated(address).into()),
        IpAddr::V6(address) => {
            !contains_v6(GLOBAL_V6, address) || CLOSED_V6.iter().any(|block| contains_v6(*block, address))
        }
    }
}

/// The IPv4 address in the last four bytes.
fn translated(address: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = address.octets();
    Ipv4Addr::new(a, b, c, d)
}

fn contains_v4((first, bits): Block<Ipv4Addr>, address: Ipv4Addr) -> bool {
    (first.to_bits() ^ address.to_bits()) >> (32 - bits) == 0
}

fn contains_v6((first, bits): Block<Ipv6Addr>, address: Ipv6Addr) -> bool {
    (first.to_bits() ^ address.to_bits()) >> (128 - bits) == 0
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::is_closed;

    const CLOSED: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "127.0.0.1",
        "127.255.255.254",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "169.254.169.254",
        "192.0.0.170",
        "192.88.99.1",
        "198.18.0.1",
        "198.19.255.255",
        "224.0.0.251",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::c0a8:101",
        "64:ff9b:1::808:808",
        "100::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::fb",
        "2001::1",
        "2001:20::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
    ];
    const OPEN: &[&str] = &[
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "203.0.113.1",
        "223.255.255.255",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
        "2001:200::1",
        "2606:4700::1111",
        "2a00:1450::1",
        "3fff:ffff::1",
    ];

    #[test]
    fn only_public_addresses_are_open() {
        for (list, expected) in [(CLOSED, true), (OPEN, false)] {
            for address in list {
                assert_eq!(is_closed(address.parse::<IpAddr>().expect("an address")), expected, "{address}");
            }
        }
    }
}
