//! When the pool is refilled after a run has taken an interpreter: once the run's answer was sent, off the latency path.

use std::fmt;
use std::sync::{Arc, Weak};

use tokio::time::{Instant, sleep_until};

use super::pool::Pool;
use crate::job::Job;

/// Held until the answer of a run was sent. Dropping it, for whatever reason, refills the pool in the background.
#[must_use = "dropping it says that the answer was sent"]
pub struct Refill {
    /// `None` once the pool was told, and for a run that could not use an idle interpreter.
    pool: Option<Weak<Pool>>,
    /// When the pool is refilled although the program still runs.
    head_start_ends: Instant,
}

impl Refill {
    /// For a run of `job` that begins now.
    pub(crate) fn after(pool: &Arc<Pool>, job: &Job) -> Self {
        // Also for a run that finds no idle interpreter: it raises the demand.
        let uses_pool = pool.serves(job);
        let head_start_ends = Instant::now() + pool.head_start();
        Self { pool: uses_pool.then(|| Arc::downgrade(pool)), head_start_ends }
    }

    /// Refills the pool for a program that runs for longer than most.
    pub(crate) async fn after_head_start(&mut self) {
        sleep_until(self.head_start_ends).await;
        self.now();
    }

    fn now(&mut self) {
        if let Some(pool) = self.pool.take().and_then(|pool| pool.upgrade()) {
            pool.refill();
        }
    }
}

impl Drop for Refill {
    fn drop(&mut self) {
        self.now();
    }
}

impl fmt::Debug for Refill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refill").field("is_due", &self.pool.is_some()).finish_non_exhaustive()
    }
}
