//! The WebSocket connections of a service: their limit, and their end when the service stops.
//!
//! After the upgrade a connection no longer belongs to the HTTP server, so it is counted and ended here.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// All WebSocket connections.
pub(crate) struct Sessions {
    tasks: TaskTracker,
    permits: Arc<Semaphore>,
    stopping: CancellationToken,
    aborted: CancellationToken,
}

/// Permits one connection; dropping it lets another one in.
pub(crate) struct SessionPermit(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

impl Sessions {
    /// A limit of `most` connections, including sockets that have not started a program.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            tasks: TaskTracker::new(),
            permits: Arc::new(Semaphore::new(most)),
            stopping: CancellationToken::new(),
            aborted: CancellationToken::new(),
        }
    }

    /// A permit for a new connection; `None` at the limit.
    pub(crate) fn acquire(&self) -> Option<SessionPermit> {
        self.permits.clone().try_acquire_owned().ok().map(SessionPermit)
    }

    /// Runs `session` to its end, or until it is aborted.
    pub(crate) async fn carry(&self, permit: SessionPermit, session: impl Future<Output = ()>) {
        self.tasks.track_future(self.aborted.run_until_cancelled(session)).await;
        drop(permit);
    }

    /// A token that is cancelled when the service stops.
    pub(crate) fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Asks sessions without a program to end at once, and the others to end with their program.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }

    /// Waits until all sessions have ended, and aborts the others after `patience`.
    pub(crate) async fn ended(&self, patience: Duration) {
        self.tasks.close();
        if timeout(patience, self.tasks.wait()).await.is_err() {
            self.abandon();
            self.tasks.wait().await;
        }
    }

    /// Aborts all sessions without waiting.
    pub(crate) fn abandon(&self) {
        self.aborted.cancel();
    }
}
