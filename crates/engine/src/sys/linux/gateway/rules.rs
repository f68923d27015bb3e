//! The addresses that a run may connect to, and by which address of the machine's network.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use super::closed;
use super::interfaces::Interfaces;
use super::resolver::Resolver;
use super::routes::Routes;
use super::translators::Translators;
use crate::sys::linux::sandbox::isolation::RESOLVER;

/// The port of DNS.
const DNS: u16 = 53;

/// The rules of one run.
pub(super) struct Rules {
    /// Closed addresses that the user allowed.
    allow: HashSet<SocketAddr>,
    interfaces: Interfaces,
    routes: Routes,
    translators: Translators,
    resolver: Resolver,
}

/// Where a flow goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// To this address.
    Address(SocketAddr),
    /// To one of the machine's name servers.
    Resolver(Vec<SocketAddr>),
}

impl Rules {
    /// For a run that may also reach `allow`.
    pub(super) fn new(allow: &[SocketAddr]) -> Self {
        Self {
            allow: allow.iter().copied().collect(),
            interfaces: Interfaces::default(),
            routes: Routes::default(),
            translators: Translators::default(),
            resolver: Resolver::default(),
        }
    }

    /// Where a flow to `address` goes; `None` if that is closed.
    pub(super) fn target(&mut self, address: SocketAddr) -> Option<Target> {
        if address.ip() == RESOLVER {
            return (address.port() == DNS).then(|| Target::Resolver(self.resolver.servers()));
        }
        let is_open = self.allow.contains(&address) || !self.is_closed(address.ip());
        is_open.then_some(Target::Address(address))
    }

    fn is_closed(&mut self, address: IpAddr) -> bool {
        let is_closed = |rules: &mut Self, address| {
            closed::is_closed(address) || rules.interfaces.contain(address) || rules.routes.lead_elsewhere(address)
        };
        if is_closed(self, address) {
            return true;
        }
        let IpAddr::V6(address) = address.to_canonical() else { return false };
        // Unknown translators may lead anywhere.
        let meant = self.translators.meant_by(address, &self.resolver.servers());
        meant.is_err() || meant.is_ok_and(|meant| meant.into_iter().any(|address| is_closed(self, address.into())))
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::{Rules, Target};

    #[test]
    fn closed_addresses_are_open_one_by_one() {
        let at = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let mut rules = Rules::new(&[at("192.168.1.20:5432"), at("[fd00::1]:443")]);
        for (address, is_open) in [
            ("192.168.1.20:5432", true),
            ("[fd00::1]:443", true),
            ("203.0.113.1:80", true),
            ("192.168.1.20:5433", false),
            ("192.168.1.21:5432", false),
            ("[fd00::1]:80", false),
            ("127.0.0.1:5432", false),
            ("198.18.0.1:80", false),
        ] {
            let expected = is_open.then(|| Target::Address(at(address)));
            assert_eq!(rules.target(at(address)), expected, "{address}");
        }
        assert!(matches!(rules.target(at("198.18.0.1:53")), Some(Target::Resolver(servers)) if !servers.is_empty()));
    }
}
