//! The machine's name servers, as its `resolv.conf` names them.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::path::PathBuf;

use nix::net::if_::if_nametoindex;

const FILE: &str = "/etc/resolv.conf";
const PORT: u16 = 53;
/// As in the C library.
const MOST: usize = 3;

/// The name servers, as they were last read.
#[derive(Default)]
pub(super) struct Resolver(Option<Vec<SocketAddr>>);

impl Resolver {
    /// The name servers now, at least one. The file is read anew each time: the machine may have changed its network. If another
    /// file is in its place, which this process may not read, the old name servers are kept.
    pub(super) fn servers(&mut self) -> Vec<SocketAddr> {
        if let Ok(text) = fs::read_to_string(FILE) {
            self.0 = Some(parse(&text));
        }
        self.0.clone().unwrap_or_else(|| parse(""))
    }
}

/// The file, with links resolved.
pub(super) fn file() -> Option<PathBuf> {
    fs::canonicalize(FILE).ok()
}

/// The servers that a file with this text names; without any it is the one of this machine, as in the C library.
fn parse(text: &str) -> Vec<SocketAddr> {
    let named = text.lines().filter_map(|line| line.trim_start().strip_prefix("nameserver"));
    let named = named.filter(|rest| rest.starts_with([' ', '\t'])).filter_map(|rest| rest.split_whitespace().next());
    let servers: Vec<SocketAddr> = named.filter_map(address).take(MOST).collect();
    if servers.is_empty() { vec![(Ipv4Addr::LOCALHOST, PORT).into()] } else { servers }
}

/// An address, with a scope after `%` if it is one of a link.
fn address(text: &str) -> Option<SocketAddr> {
    match text.split_once('%') {
        None => Some((text.parse::<IpAddr>().ok()?, PORT).into()),
        Some((address, scope)) => {
            let scope = scope.parse().ok().or_else(|| if_nametoindex(scope).ok())?;
            Some(SocketAddrV6::new(address.parse::<Ipv6Addr>().ok()?, PORT, 0, scope).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn name_servers_are_read_as_the_c_library_does() {
        for (text, expected) in [
            ("", &["127.0.0.1:53"][..]),
            ("# nameserver 192.0.2.1\nsearch example.org\n", &["127.0.0.1:53"]),
            ("nameserver 192.0.2.1\nnameserver\t2001:db8::1 # both\n", &["192.0.2.1:53", "[2001:db8::1]:53"]),
            ("nameserver fe80::1%7\n", &["[fe80::1%7]:53"]),
            ("nameserver fe80::1%no-such-link\nnameserver x\nnameservers 192.0.2.9\n", &["127.0.0.1:53"]),
            (
                "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n",
                &["192.0.2.1:53", "192.0.2.2:53", "192.0.2.3:53"],
            ),
        ] {
            let servers: Vec<String> = parse(text).iter().map(ToString::to_string).collect();
            assert_eq!(servers, expected, "{text}");
        }
    }
}
