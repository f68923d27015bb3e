//! State that survives a restart of the service.

use std::sync::Arc;

use tokio::sync::watch;

use crate::http::access::denials::Denials;
use crate::http::state::State;
use crate::platform::paths::Paths;
use crate::runs::event_bus::EventBus;
use crate::runs::questions::Questions;

/// The channels and the state that outlive one run of the service. Clones share them.
#[derive(Clone)]
pub(super) struct Retained {
    /// The service's state.
    pub(super) state: Arc<watch::Sender<State>>,
    /// The events of its executions.
    pub(super) events: EventBus,
    /// Programs that wait for the user's answer whether they may use the network.
    pub(super) questions: Questions,
    /// Denied web origins, as far as the settings do not hold them.
    pub(super) denials: Denials,
}

impl Retained {
    /// For a service with these folders.
    pub(super) fn of(paths: &Paths) -> Self {
        let state = Arc::new(watch::Sender::new(State::Stopped));
        Self { state, events: EventBus::default(), questions: Questions::default(), denials: Denials::of(paths) }
    }
}
