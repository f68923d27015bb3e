//! The byte budget of waiting data: request bodies, incomplete messages, queued programs, unread input and unread responses.
//!
//! All of them share one number of bytes. When it is used up, new requests are refused, so that many clients together cannot
//! hold more memory than one. A request that is alone is admitted whatever its size. Running executions are never cut short: a
//! response may exceed the budget by its own size; then nothing new is admitted until it has been read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes that may wait. Clones share the budget.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<Counters>);

#[derive(Debug)]
struct Counters {
    used: AtomicUsize,
    most: AtomicUsize,
}

/// The bytes that one request, conversation or response holds; dropping it releases them.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    bytes: usize,
}

/// The budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much data waits")]
pub(crate) struct Exhausted;

impl Budget {
    /// A budget of `most` bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Counters { used: AtomicUsize::new(0), most: AtomicUsize::new(most) }))
    }

    /// Changes the number of bytes. Shares keep their bytes.
    pub(crate) fn resize(&self, most: usize) {
        self.0.most.store(most, Ordering::Relaxed);
    }

    /// An empty share.
    pub(crate) fn share(&self) -> Share {
        Share { budget: self.clone(), bytes: 0 }
    }

    /// The bytes that all shares hold.
    pub(crate) fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }
}

impl Share {
    /// Adds `bytes` to the share.
    ///
    /// # Errors
    /// The bytes do not fit into the budget.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let most = self.budget.0.most.load(Ordering::Relaxed);
        let mine = self.bytes;
        let fits = |used: usize| {
            let after = used.saturating_add(bytes);
            // A share that holds all that is used is alone.
            (after <= most || used == mine).then_some(after)
        };
        let grown = self.budget.0.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits);
        grown.map_err(|_| Exhausted)?;
        self.bytes += bytes;
        Ok(())
    }

    /// The same, but the first `free` bytes of the share fit whatever others hold.
    ///
    /// # Errors
    /// The bytes do not fit into the budget.
    pub(crate) fn grow_from(&mut self, bytes: usize, free: usize) -> Result<(), Exhausted> {
        let after = self.bytes.saturating_add(bytes);
        if after <= free {
            self.set(after);
            return Ok(());
        }
        self.grow(bytes)
    }

    /// Sets the share to `bytes`, whether or not they fit.
    pub(crate) fn set(&mut self, bytes: usize) {
        let used = &self.budget.0.used;
        match bytes.checked_sub(self.bytes) {
            Some(more) => used.fetch_add(more, Ordering::Relaxed),
            None => used.fetch_sub(self.bytes - bytes, Ordering::Relaxed),
        };
        self.bytes = bytes;
    }

    /// Whether the budget has room for more.
    pub(crate) fn has_room(&self) -> bool {
        self.budget.used() < self.budget.0.most.load(Ordering::Relaxed)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, Exhausted};

    #[test]
    fn bytes_that_do_not_fit_are_refused_and_dropped_shares_are_released() {
        let budget = Budget::new(100);
        let (mut one, mut other) = (budget.share(), budget.share());
        assert_eq!((one.grow(60), other.grow(60), other.grow(40)), (Ok(()), Err(Exhausted), Ok(())));
        assert!(!one.has_room());
        drop(one);
        assert_eq!((budget.used(), other.grow(60), budget.used()), (40, Ok(()), 100));
    }

    #[test]
    fn a_share_that_is_alone_always_has_room() {
        let budget = Budget::new(10);
        let (mut alone, mut late) = (budget.share(), budget.share());
        assert_eq!((alone.grow(50), alone.grow(50), late.grow(1)), (Ok(()), Ok(()), Err(Exhausted)));
        alone.set(3);
        assert_eq!((budget.used(), late.grow(7), late.grow(1)), (3, Ok(()), Err(Exhausted)));
        budget.resize(11);
        assert_eq!(late.grow(1), Ok(()));
    }

    #[test]
    fn running_executions_may_exceed_the_budget() {
        let budget = Budget::new(10);
        let (mut response, mut next) = (budget.share(), budget.share());
        response.set(100);
        assert_eq!((next.grow(1), budget.used()), (Err(Exhausted), 100));
        drop(response);
        assert_eq!(next.grow(1), Ok(()));
    }
}
