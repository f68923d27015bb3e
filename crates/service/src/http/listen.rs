//! Listening on 127.0.0.1 and `[::1]` with the same port, and on a further address if one is given, and the errors if that fails.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use runtray_engine::message::LocalizedMessage;
use tokio::net::TcpListener;

use crate::sentences as s;

const LOOPBACKS: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
const FREE_PORT_ATTEMPTS: usize = 50;
const SUGGESTED_NEIGHBOURS: u16 = 20;

/// Listening sockets.
#[derive(Debug)]
pub(crate) struct Listening {
    /// One for each loopback address that this machine has.
    pub(crate) listeners: Vec<TcpListener>,
    /// Their addresses.
    pub(crate) addresses: Vec<SocketAddr>,
    /// The port of all of them.
    pub(crate) port: u16,
    /// The loopback address that this machine does not have.
    pub(crate) missing: Option<IpAddr>,
}

/// The program that holds a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its process id.
    pub pid: u32,
    /// Its name.
    pub program: String,
}

/// Why the service cannot listen.
#[derive(Debug)]
pub enum ListenError {
    /// Another program uses the port.
    InUse {
        /// The address in use.
        address: SocketAddr,
        /// The program that holds it, if the system names it.
        holder: Option<Holder>,
        /// A port that is free on both addresses.
        free_port: Option<u16>,
    },
    /// Windows reserves the port (`netsh interface ipv4 show excludedportrange tcp`), or, on Unix, it is below 1024.
    Reserved {
        /// The port.
        port: u16,
        /// A port that is free on both addresses.
        free_port: Option<u16>,
    },
    /// This machine has neither loopback address.
    NoLoopback,
    /// Anything else.
    Other {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
}

impl std::error::Error for ListenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let Self::Other { source, .. } = self { Some(source) } else { None }
    }
}

impl fmt::Display for ListenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl ListenError {
    /// The error as a translatable sentence.
    pub fn message(&self) -> LocalizedMessage {
        match self {
            Self::InUse { address, holder, free_port } => {
                let message = s::PORT_IN_USE.with("port", address.port()).with("ip", address.ip().to_string());
                message.with("holder", by(holder.as_ref())).with("free", suggested(*free_port))
            }
            Self::Reserved { port, free_port } => {
                let sentence = if cfg!(windows) { s::PORT_RESERVED_WINDOWS } else { s::PORT_RESERVED };
                sentence.with("port", *port).with("free", suggested(*free_port))
            }
            Self::NoLoopback => s::PORT_NO_LOOPBACK.message(),
            Self::Other { address, source } => s::PORT_OTHER.with("address", address.to_string()).with("cause", source),
        }
    }
}

fn by(holder: Option<&Holder>) -> LocalizedMessage {
    match holder {
        Some(Holder { pid, program }) => s::PORT_HOLDER.with("program", program).with("pid", *pid),
        None => s::PORT_HOLDER_UNKNOWN.message(),
    }
}

/// The suggestion of a free port, as a list that may be empty.
fn suggested(free_port: Option<u16>) -> Vec<LocalizedMessage> {
    free_port.map(|port| s::PORT_FREE.with("port", port)).into_iter().collect()
}

/// The meaning of a failed bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    InUse,
    Reserved,
    NoSuchAddress,
    Other,
}

/// A bind that failed.
struct Failed {
    address: SocketAddr,
    source: io::Error,
}

/// Listens on both loopback addresses, and on `beyond` if that is given. Port 0 takes a port that is free on all.
///
/// # Errors
/// An address cannot be bound, or this machine has no loopback address.
pub(crate) async fn listen(port: u16, beyond: Option<IpAddr>) -> Result<Listening, ListenError> {
    let addresses = match beyond {
        // All addresses include the loopback ones.
        Some(all) if all.is_unspecified() => vec![all],
        _ => LOOPBACKS.into_iter().chain(beyond).collect(),
    };
    let listening = match port {
        0 => bind_free_port(&addresses).await.map_err(Failed::other)?,
        _ => match bind_all(port, &addresses).await {
            Ok(listening) => listening,
            Err(failed) => return Err(failed.explain().await),
        },
    };
    if listening.listeners.is_empty() { Err(ListenError::NoLoopback) } else { Ok(listening) }
}

/// Binds the addresses. A loopback address that this machine does not have is left out.
async fn bind_all(port: u16, addresses: &[IpAddr]) -> Result<Listening, Failed> {
    let mut listening = Listening { listeners: Vec::new(), addresses: Vec::new(), port, missing: None };
    for ip in addresses.iter().copied() {
        let address = SocketAddr::new(ip, listening.port);
        match TcpListener::bind(address).await {
            Ok(listener) => {
                let bound = listener.local_addr().map_err(|source| Failed { address, source })?;
                // Port 0 has become a real one, which the second address must share.
                listening.port = bound.port();
                listening.addresses.push(bound);
                listening.listeners.push(listener);
            }
            Err(error) if ip.is_loopback() && classify(&error, cfg!(windows)) == Failure::NoSuchAddress => {
                listening.missing = Some(ip);
            }
            Err(source) => return Err(Failed { address, source }),
        }
    }
    Ok(listening)
}

/// Binds a free port. The system picks a port that is free on the first address; if another program uses it on the second, it is
/// tried again.
async fn bind_free_port(addresses: &[IpAddr]) -> Result<Listening, Failed> {
    for _ in 1..FREE_PORT_ATTEMPTS {
        if let Ok(listening) = bind_all(0, addresses).await {
            return Ok(listening);
        }
    }
    bind_all(0, addresses).await
}

/// A free port to suggest instead: one close to `port`, which is easy to remember, or else any.
async fn suggest(port: u16) -> Option<u16> {
    for neighbour in (1..=SUGGESTED_NEIGHBOURS).filter_map(|step| port.checked_add(step)) {
        if bind_all(neighbour, &LOOPBACKS).await.is_ok() {
            return Some(neighbour);
        }
    }
    bind_free_port(&LOOPBACKS).await.ok().map(|listening| listening.port)
}

impl Failed {
    fn other(self) -> ListenError {
        ListenError::Other { address: self.address, source: self.source }
    }

    async fn explain(self) -> ListenError {
        let port = self.address.port();
        match classify(&self.source, cfg!(windows)) {
            Failure::InUse => {
                let address = self.address;
                let holder = tokio::task::spawn_blocking(move || holder(address)).await.ok().flatten();
                ListenError::InUse { address, holder, free_port: suggest(port).await }
            }
            Failure::Reserved => ListenError::Reserved { port, free_port: suggest(port).await },
            Failure::NoSuchAddress | Failure::Other => self.other(),
        }
    }
}

/// Windows reports 10013 for a port in an excluded range and 10048 for one in use; Linux reports `EACCES` below 1024.
fn classify(error: &io::Error, windows: bool) -> Failure {
    const WSAEACCES: i32 = 10013;
    const WSAEAFNOSUPPORT: i32 = 10047;
    const WSAEADDRINUSE: i32 = 10048;
    const WSAEADDRNOTAVAIL: i32 = 10049;
    match (error.raw_os_error(), error.kind()) {
        (Some(WSAEACCES), _) if windows => Failure::Reserved,
        (Some(WSAEADDRINUSE), _) if windows => Failure::InUse,
        (Some(WSAEAFNOSUPPORT | WSAEADDRNOTAVAIL), _) if windows => Failure::NoSuchAddress,
        (_, io::ErrorKind::AddrInUse) => Failure::InUse,
        (_, io::ErrorKind::PermissionDenied) => Failure::Reserved,
        (_, io::ErrorKind::AddrNotAvailable) => Failure::NoSuchAddress,
        (Some(code), _) if Some(code) == NO_SUCH_FAMILY => Failure::NoSuchAddress,
        _ => Failure::Other,
    }
}

/// `EAFNOSUPPORT`, for which the standard library has no error kind.
const NO_SUCH_FAMILY: Option<i32> = if cfg!(target_os = "linux") {
    Some(97)
} else if cfg!(target_os = "macos") {
    Some(47)
} else {
    None
};

/// The program that listens on `address`, or on all addresses with its port.
fn holder(address: SocketAddr) -> Option<Holder> {
    let all = listeners::get_all().ok()?;
    let blocks = |listener: &&listeners::Listener| {
        let ip = listener.socket.ip();
        let is_listening = matches!(listener.state, listeners::SocketState::Listen);
        is_listening && listener.socket.port() == address.port() && (ip == address.ip() || ip.is_unspecified())
    };
    let found = all
        .iter()
        .filter(blocks)
        // Prefers a listener on exactly this address to one on all addresses.
        .min_by_key(|listener| (listener.socket.ip() != address.ip(), listener.process.pid))?;
    Some(Holder { pid: found.process.pid, program: found.process.name.clone() })
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::SocketAddr;

    use tokio::net::TcpListener;

    use super::{Failure, ListenError, classify, listen};

    #[test]
    fn windows_distinguishes_used_and_excluded_ports() {
        for (code, expected) in [
            (10013, Failure::Reserved),
            (10048, Failure::InUse),
            (10047, Failure::NoSuchAddress),
            (10049, Failure::NoSuchAddress),
            (10055, Failure::Other),
        ] {
            assert_eq!(classify(&io::Error::from_raw_os_error(code), true), expected, "{code}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_distinguishes_a_missing_family_and_a_used_port() {
        for (code, expected) in [
            (98, Failure::InUse),
            (13, Failure::Reserved),
            (97, Failure::NoSuchAddress),
            (99, Failure::NoSuchAddress),
            (24, Failure::Other),
        ] {
            assert_eq!(classify(&io::Error::from_raw_os_error(code), false), expected, "{code}");
        }
    }

    #[tokio::test]
    async fn both_addresses_share_a_free_port() {
        let listening = listen(0, None).await.expect("a free port");
        assert_eq!(listening.listeners.len() + usize::from(listening.missing.is_some()), 2);
        for address in &listening.addresses {
            assert!(address.ip().is_loopback() && address.port() == listening.port, "{address}");
        }
    }

    async fn check_taken(address: &str) {
        let Ok(other) = TcpListener::bind(address).await else { return };
        let taken = other.local_addr().expect("an address").port();
        let Err(ListenError::InUse { address, holder, free_port }) = listen(taken, None).await else {
            panic!("port {taken}, taken on {address}, was used")
        };
        assert_eq!(address.ip(), other.local_addr().expect("an address").ip());
        if cfg!(any(target_os = "linux", target_os = "macos")) {
            assert_eq!(holder.expect("a holder").pid, std::process::id());
        }
        let free = free_port.expect("a suggestion");
        assert!(free != taken && TcpListener::bind(SocketAddr::new(address.ip(), free)).await.is_ok());
    }

    #[tokio::test]
    async fn a_port_that_is_used_on_one_address_only_counts_as_used() {
        check_taken("127.0.0.1:0").await;
        check_taken("[::1]:0").await;
    }
}
