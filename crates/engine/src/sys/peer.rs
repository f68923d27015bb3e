//! The user at the other end of a local connection.

use std::net::SocketAddr;

/// The user of a connection's other end, compared with this process's user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// The user that this process runs as.
    Same,
    /// Another user, including root or an administrator.
    Other,
    /// The system does not know, for example because the other end is closed.
    Unknown,
}

impl Peer {
    /// The user of the process that opened the connection from `theirs` to `ours`.
    ///
    /// On Linux this is one netlink query, and there is nothing to wait for. Windows and macOS search a table, which may take
    /// milliseconds.
    pub async fn of(theirs: SocketAddr, ours: SocketAddr) -> Self {
        match super::is_own_connection(theirs, ours).await {
            Ok(true) => Self::Same,
            Ok(false) => Self::Other,
            Err(error) => {
                tracing::debug!(%error, %theirs, "the owner of a connection is not known");
                Self::Unknown
            }
        }
    }
}

/// Whether this process runs as root (Unix).
pub fn is_root() -> bool {
    #[cfg(unix)]
    {
        nix::unistd::geteuid().is_root()
    }
    #[cfg(not(unix))]
    {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};

    use super::Peer;
    use crate::sys::skip::skip;
    #[cfg(windows)]
    use crate::sys::windows::tests::excused;

    fn ends(listen: IpAddr, connect: IpAddr) -> Option<(TcpStream, TcpStream)> {
        let listener = TcpListener::bind((listen, 0)).ok()?;
        let port = listener.local_addr().expect("an address").port();
        let theirs = TcpStream::connect((connect, port)).ok()?;
        Some((theirs, listener.accept().expect("a connection").0))
    }

    async fn owner(accepted: &TcpStream) -> Peer {
        Peer::of(accepted.peer_addr().expect("an address"), accepted.local_addr().expect("an address")).await
    }

    #[tokio::test]
    async fn our_own_connections_are_ours() {
        let v4 = IpAddr::from(Ipv4Addr::LOCALHOST);
        let mapped = IpAddr::from(Ipv4Addr::LOCALHOST.to_ipv6_mapped());
        for (listen, connect) in [(v4, v4), (v4, mapped), (Ipv6Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into())] {
            let Some((mut theirs, accepted)) = ends(listen, connect) else {
                skip(format_args!("this machine cannot connect from {connect} to {listen}"));
                continue;
            };
            // Wine does not know the owner of a connection before something was sent.
            theirs.write_all(b"x").expect("the other end reads");
            let owner = owner(&accepted).await;
            #[cfg(windows)]
            if owner == Peer::Unknown && connect.is_ipv6() && excused("does not say whose an IPv6 connection is") {
                continue;
            }
            assert_eq!(owner, Peer::Same, "{connect} to {listen}");
        }
    }

    #[tokio::test]
    async fn an_end_that_is_closed_or_was_never_there_is_nobody_s() {
        let (theirs, accepted) = ends(Ipv4Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()).expect("a connection");
        let ours = accepted.local_addr().expect("an address");
        drop(theirs);
        assert_ne!(owner(&accepted).await, Peer::Same, "the kernel says root of what is closed");
        let never = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        assert_ne!(Peer::of(never, ours).await, Peer::Same);
        let listening = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let listening = listening.local_addr().expect("an address");
        assert_ne!(Peer::of(listening, ours).await, Peer::Same, "a listener is no connection");
    }
}
