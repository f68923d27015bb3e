//! The HTTP side of one service: the state that its routes share, and its connections.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use runtray_engine::message::LocalizedMessage;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, watch};

use super::access::state::Access;
use super::budget::Budget;
use super::capacity::Capacity;
use super::connection_limit::ConnectionLimit;
use super::connections::Connections;
use super::sessions::Sessions;
use super::spool::Spooling;
use super::state::State;
use crate::runs::core::Core;
use crate::sentences;
use crate::settings::{Loaded, Settings, log_problems};

/// The addresses that a service listens on.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    /// One for each loopback address that this machine has.
    pub(crate) list: Vec<SocketAddr>,
    /// The port of all of them.
    pub(crate) port: u16,
    /// The loopback address that this machine does not have.
    pub(crate) missing: Option<IpAddr>,
    /// Whether the port was given at the start, whatever the settings say.
    pub(crate) port_is_given: bool,
    /// Whether one of them is not a loopback address.
    pub(crate) is_beyond_loopback: bool,
}

/// The state that all routes of a service share.
pub(crate) struct Server {
    /// Runs programs.
    pub(crate) core: Arc<Core>,
    /// The state of the access rules.
    pub(crate) access: Access,
    /// The addresses that it listens on.
    pub(crate) addresses: Addresses,
    /// The service's state.
    pub(crate) state: Arc<watch::Sender<State>>,
    /// When the service started.
    pub(crate) started: Instant,
    /// The bytes of waiting bodies, queued programs and unread answers.
    pub(crate) budget: Budget,
    /// The unread input of interactive programs on disk.
    pub(crate) spooling: Spooling,
    /// The WebSocket connections.
    pub(crate) sessions: Sessions,
    /// How many connections there may be.
    capacity: Capacity,
    connections: Connections,
    /// The settings of the start, to tell which changes need a restart.
    initial: Settings,
    /// Says that another service uses the same folders.
    neighbour: watch::Sender<Option<LocalizedMessage>>,
    /// The last published result of [`problems`](Self::problems).
    problems: watch::Sender<Vec<LocalizedMessage>>,
    /// Held while settings are applied.
    applying: Mutex<()>,
}

impl Server {
    /// A server without sockets.
    pub(crate) fn new(
        core: Arc<Core>,
        access: Access,
        addresses: Addresses,
        capacity: Capacity,
        state: Arc<watch::Sender<State>>,
    ) -> Self {
        let initial = core.settings.borrow().settings.clone();
        let spooling = Spooling::new(access.paths.data.clone());
        Self {
            core,
            access,
            addresses,
            state,
            started: Instant::now(),
            budget: Budget::new(initial.waiting_bytes),
            spooling,
            sessions: Sessions::new(capacity.sessions),
            capacity,
            connections: Connections::default(),
            initial,
            neighbour: watch::Sender::new(None),
            problems: watch::Sender::default(),
            applying: Mutex::new(()),
        }
    }

    /// Serves `router` on every listener. `failed` is called if a listener ends without having been stopped.
    pub(crate) fn serve(&self, listeners: Vec<TcpListener>, router: &Router, failed: impl FnOnce() + Send + 'static) {
        self.connections.serve(listeners, &ConnectionLimit::new(self.capacity.connections), router, failed);
    }

    /// Closes the listeners. The port is free when this returns; connections stay.
    pub(crate) async fn stop_listening(&self) {
        self.connections.stop_listening().await;
    }

    /// Lets every connection finish its request, and aborts the unfinished ones after `patience`.
    pub(crate) async fn close_connections(&self, patience: Duration) {
        tokio::join!(self.connections.close(patience), self.sessions.ended(patience));
    }

    /// Aborts all connections without waiting.
    pub(crate) fn abandon(&self) {
        self.connections.abandon();
        self.sessions.abandon();
    }

    /// Applies new settings, except those that need a restart. Concurrent calls are applied one after another; `latest` is
    /// called when it is this call's turn.
    pub(crate) async fn apply(&self, latest: impl FnOnce() -> Loaded) {
        let _turn = self.applying.lock().await;
        let loaded = latest();
        if *self.core.settings.borrow() != loaded {
            log_problems(&self.core.settings.borrow().problems, &loaded.problems);
            self.budget.resize(loaded.settings.waiting_bytes);
            self.access.apply(&loaded.settings);
            self.core.apply(loaded);
        }
        // Not earlier: up to this line the guard uses the old settings.
        self.access.denials.settle(&self.core.settings.borrow().settings.denied_origins);
        self.publish_problems();
    }

    /// The port of all addresses.
    pub(crate) fn port(&self) -> u16 {
        self.addresses.port
    }

    /// The address for clients.
    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}", self.port())
    }

    /// The problems of the service itself, besides mistakes in the settings: with its token, its folders, and starting programs.
    pub(crate) fn problems(&self) -> Vec<LocalizedMessage> {
        let token = self.access.problem(&self.core.settings.borrow().settings);
        let start = self.core.trouble().map(|cause| sentences::CANNOT_START_PROGRAMS.with("cause", cause));
        [start, self.neighbour.borrow().clone(), token].into_iter().flatten().collect()
    }

    /// A watch channel of [`problems`](Self::problems).
    pub(crate) fn problem_changes(&self) -> watch::Receiver<Vec<LocalizedMessage>> {
        self.problems.subscribe()
    }

    /// Publishes the problems. To be called whenever one may have come or gone.
    pub(crate) fn publish_problems(&self) {
        self.problems.send_if_modified(|known| {
            // Computed while the channel is locked, so that no older list replaces a newer one.
            let present = self.problems();
            let is_changed = *known != present;
            *known = present;
            is_changed
        });
    }

    /// Sets the problem that another service uses the same folders, or clears it. Returns whether it has changed.
    pub(crate) fn note_neighbour(&self, problem: Option<LocalizedMessage>) -> bool {
        let is_new = self.neighbour.send_if_modified(|known| {
            let is_new = *known != problem;
            *known = problem;
            is_new
        });
        self.publish_problems();
        is_new
    }

    /// The keys of `settings` that differ from the start and need a restart.
    pub(crate) fn restart_needed(&self, settings: &Settings) -> Vec<&'static str> {
        let mut keys = self.initial.needs_restart(settings);
        keys.retain(|key| *key != "port" || !self.addresses.port_is_given);
        keys
    }
}
