//! State that survives a restart of the service.

use std::sync::Arc;

use tokio::sync::watch;

use crate::http::access::denials::Denials;
use crate::http::state::State;
use crate::runs::event_bus::EventBus;

/// The channels and the state that outlive one run of the service. Clones share them.
#[derive(Clone)]
pub(super) struct Retained {
    /// The service's state.
    pub(super) state: Arc<watch::Sender<State>>,
    /// The events of its executions.
    pub(super) events: EventBus,
    /// Web origins that were denied while the settings could not be written.
    pub(super) denials: Denials,
}

impl Default for Retained {
    fn default() -> Self {
        let state = Arc::new(watch::Sender::new(State::Stopped));
        Self { state, events: EventBus::default(), denials: Denials::default() }
    }
}
