//! The event bus: publishes the beginning and the end of each execution.
//!
//! It outlives a restart of the service, so a window does not have to subscribe again. It never waits for a subscriber: one
//! that falls behind loses the oldest events and reads them from the journal.

use runtray_wire::ExecutionSummary;
use tokio::sync::broadcast;

/// Events that a subscriber may be behind before it loses some.
const BACKLOG: usize = 1024;

/// A change of the list of executions.
#[derive(Debug, Clone, PartialEq)]
pub enum ExecutionEvent {
    /// An execution began.
    Begun(ExecutionSummary),
    /// An execution ended.
    Ended(ExecutionSummary),
    /// The journal was cleared.
    Cleared,
}

/// The publisher. Clones publish to the same subscribers.
#[derive(Clone)]
pub(crate) struct EventBus(broadcast::Sender<ExecutionEvent>);

impl Default for EventBus {
    fn default() -> Self {
        Self(broadcast::Sender::new(BACKLOG))
    }
}

impl EventBus {
    /// All events from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<ExecutionEvent> {
        self.0.subscribe()
    }

    /// Publishes an event; it is not even made while nobody subscribes.
    pub(crate) fn publish(&self, event: impl FnOnce() -> ExecutionEvent) {
        if self.0.receiver_count() > 0 {
            // An error means that the last subscriber has just left.
            let _ = self.0.send(event());
        }
    }
}
