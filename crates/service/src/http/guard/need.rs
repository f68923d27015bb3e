//! Why a request needs the token: strict mode, or the user whose program sent it.
//!
//! The user of a connection's other end is looked up once, when it comes ([`runtray_engine::Peer`]).

use runtray_engine::Peer;

use crate::runs::core::App;
use crate::settings::Settings;

/// Why a request needs the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// The settings ask everybody for it.
    Strict,
    /// The service runs as root, and is not in a container that says so.
    Root,
    /// Another user's program sent it.
    OtherUser,
    /// It is not known whose program sent it.
    UnknownUser,
}

impl Need {
    /// Why a request from `peer` needs the token, if it does.
    pub(super) fn of(app: &App, settings: &Settings, peer: Option<Peer>) -> Option<Self> {
        match (app.needs_token(settings), peer.unwrap_or(Peer::Unknown)) {
            (Some(need), _) => Some(need),
            _ if !settings.same_user_only => None,
            (None, Peer::Same) => None,
            (None, Peer::Other) => Some(Self::OtherUser),
            (None, Peer::Unknown) => Some(Self::UnknownUser),
        }
    }
}
