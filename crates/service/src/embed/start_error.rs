//! Why a service could not be started.

use runtray_engine::message::LocalizedMessage;

use crate::http::listen::ListenError;
use crate::http::state::PortTrouble;
use crate::sentences;

/// Why a service could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The engine cannot run programs.
    #[error("programs cannot be run here: {0}")]
    Engine(#[source] runtray_engine::Error),
    /// The given token cannot be used as one.
    #[error("the token is empty or holds a character that cannot stand in a header")]
    Token,
}

impl StartError {
    /// The error as a translatable sentence.
    pub fn message(&self) -> LocalizedMessage {
        match self {
            Self::Listen(error) => error.message(),
            Self::Engine(error) => sentences::START_ENGINE.with("cause", error.message()),
            Self::Token => sentences::START_TOKEN.message(),
        }
    }

    /// The problem with the port, if that is the cause.
    pub(super) fn port_trouble(&self) -> Option<PortTrouble> {
        match self {
            Self::Listen(ListenError::InUse { address, holder, free_port }) => Some(PortTrouble {
                port: address.port(),
                holder: holder.clone(),
                is_reserved: false,
                free_port: *free_port,
            }),
            Self::Listen(ListenError::Reserved { port, free_port }) => {
                Some(PortTrouble { port: *port, holder: None, is_reserved: true, free_port: *free_port })
            }
            _ => None,
        }
    }
}
