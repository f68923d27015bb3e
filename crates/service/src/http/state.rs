//! The state of the service, as its owner publishes it.

use std::net::{IpAddr, SocketAddr};

use runtray_engine::message::LocalizedMessage;

use super::listen::Holder;

/// The state of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It does not run.
    Stopped,
    /// It is about to run.
    Starting,
    /// It runs.
    Running {
        /// The address for clients: `http://localhost:5000`.
        url: String,
        /// The addresses that it listens on.
        addresses: Vec<SocketAddr>,
        /// The loopback address that this machine does not have.
        missing: Option<IpAddr>,
    },
    /// It refuses new executions; running ones get their grace period.
    Stopping,
    /// It could not start, or it broke.
    Failed {
        /// Why, for people.
        reason: LocalizedMessage,
        /// The problem with the port, if that is the cause.
        port: Option<PortTrouble>,
    },
}

/// A port that the service cannot have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortTrouble {
    /// The port.
    pub port: u16,
    /// The program that holds it, if the system names it. A reserved port has no holder.
    pub holder: Option<Holder>,
    /// Whether the system reserves the port and no program holds it.
    pub is_reserved: bool,
    /// A port that is free on both addresses.
    pub free_port: Option<u16>,
}

impl State {
    /// The state's name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Running { .. } => "running",
            Self::Stopping => "stopping",
            Self::Failed { .. } => "failed",
        }
    }
}
