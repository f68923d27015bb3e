//! Why a request needs the token: strict mode, a service that runs as root, the user whose program sent it, or the name by
//! which it reached the service.
//!
//! The user at the other end of a connection is looked up once, when the connection is accepted ([`runtray_engine::Peer`]).

use runtray_engine::Peer;

use crate::settings::Settings;

/// Why a request needs the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The settings require it of every request.
    Strict,
    /// The service runs as root, outside a container that says it is one.
    Root,
    /// Another user's program sent the request.
    OtherUser,
    /// The user whose program sent the request is unknown.
    UnknownUser,
    /// The request names the service by one of the settings' `allowed_hosts`.
    NamedHost,
    /// A page of the service's own address sent the request.
    OwnPage,
}

impl Need {
    /// Why a request from `peer` needs the token, if it does. `of_all` is the reason if every request does.
    pub(crate) fn of(of_all: Option<Self>, settings: &Settings, peer: Option<Peer>) -> Option<Self> {
        match (of_all, peer.unwrap_or(Peer::Unknown)) {
            (Some(need), _) => Some(need),
            _ if !settings.same_user_only => None,
            (None, Peer::Same) => None,
            (None, Peer::Other) => Some(Self::OtherUser),
            (None, Peer::Unknown) => Some(Self::UnknownUser),
        }
    }
}
