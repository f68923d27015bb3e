//! The WebSocket connections: how many there are, and their end with the service.
//!
//! A connection that was upgraded is no longer the server's, so it is counted and ended here.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Every connection.
pub(crate) struct Sessions {
    tasks: TaskTracker,
    permits: Arc<Semaphore>,
    stopping: CancellationToken,
    killed: CancellationToken,
}

/// The right to keep one connection, until it is dropped.
pub(crate) struct Place(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Sessions {
    /// None yet, and at most so many, those that run nothing yet included.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            tasks: TaskTracker::new(),
            permits: Arc::new(Semaphore::new(most)),
            stopping: CancellationToken::new(),
            killed: CancellationToken::new(),
        }
    }

    /// A place for one more, when there is one.
    pub(crate) fn enter(&self) -> Option<Place> {
        self.permits.clone().try_acquire_owned().ok().map(Place)
    }

    /// Carries `session` out, unless it is abandoned.
    pub(crate) async fn carry(&self, place: Place, session: impl Future<Output = ()>) {
        self.tasks.track_future(self.killed.run_until_cancelled(session)).await;
        drop(place);
    }

    /// Triggered when the service stops.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Lets those that run nothing end, and the others when their run has.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }

    /// Waits until all have ended, and abandons those that have not after `patience`.
    pub(crate) async fn ended(&self, patience: Duration) {
        self.tasks.close();
        if timeout(patience, self.tasks.wait()).await.is_err() {
            self.abandon();
            self.tasks.wait().await;
        }
    }

    /// Breaks all of them off without waiting.
    pub(crate) fn abandon(&self) {
        self.killed.cancel();
    }
}
