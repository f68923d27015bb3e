//! The memory of what waits: request bodies, programs in the queue, input that is not read, answers that are not taken.
//!
//! All of them count against one number of bytes. Beyond it new requests are refused, so that many clients together cannot hold
//! more than one could. A request that is alone always has room, whatever the number. What already runs is never cut short: an
//! answer may go over the number by its own size, and then nothing new is let in until it was taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes that may wait. Clones are the same budget.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<Counters>);

#[derive(Debug)]
struct Counters {
    used: AtomicUsize,
    most: AtomicUsize,
}

/// What one request, conversation or answer holds of it, given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    bytes: usize,
}

/// That too much waits already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl Budget {
    /// One of `most` bytes.
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Counters { used: AtomicUsize::new(0), most: AtomicUsize::new(most) }))
    }

    /// Changes the number; what is held stays.
    pub(crate) fn resize(&self, most: usize) {
        self.0.most.store(most, Ordering::Relaxed);
    }

    /// A share that holds nothing yet.
    pub(crate) fn share(&self) -> Share {
        Share { budget: self.clone(), bytes: 0 }
    }

    /// The bytes that are held.
    pub(crate) fn used(&self) -> usize {
        self.0.used.load(Ordering::Relaxed)
    }
}

impl Share {
    /// Holds `bytes` more, where there is room for them.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let most = self.budget.0.most.load(Ordering::Relaxed);
        let mine = self.bytes;
        let fits = |used: usize| {
            let after = used.saturating_add(bytes);
            // Who is alone is let in.
            (after <= most || used == mine).then_some(after)
        };
        let grown = self.budget.0.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits);
        grown.map_err(|_| Exhausted)?;
        self.bytes += bytes;
        Ok(())
    }

    /// Holds exactly `bytes` from now on, whether or not there is room.
    pub(crate) fn set(&mut self, bytes: usize) {
        let used = &self.budget.0.used;
        match bytes.checked_sub(self.bytes) {
            Some(more) => used.fetch_add(more, Ordering::Relaxed),
            None => used.fetch_sub(self.bytes - bytes, Ordering::Relaxed),
        };
        self.bytes = bytes;
    }

    /// Whether all that is held is within the budget.
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
    fn what_does_not_fit_is_refused_and_what_is_dropped_is_given_back() {
        let budget = Budget::new(100);
        let (mut one, mut other) = (budget.share(), budget.share());
        assert_eq!((one.grow(60), other.grow(60), other.grow(40)), (Ok(()), Err(Exhausted), Ok(())));
        assert!(!one.has_room());
        drop(one);
        assert_eq!((budget.used(), other.grow(60), budget.used()), (40, Ok(()), 100));
    }

    #[test]
    fn who_is_alone_always_has_room() {
        let budget = Budget::new(10);
        let (mut alone, mut late) = (budget.share(), budget.share());
        assert_eq!((alone.grow(50), alone.grow(50), late.grow(1)), (Ok(()), Ok(()), Err(Exhausted)));
        alone.set(3);
        assert_eq!((budget.used(), late.grow(7), late.grow(1)), (3, Ok(()), Err(Exhausted)));
        budget.resize(11);
        assert_eq!(late.grow(1), Ok(()));
    }

    #[test]
    fn what_runs_already_may_go_over() {
        let budget = Budget::new(10);
        let (mut answer, mut next) = (budget.share(), budget.share());
        answer.set(100);
        assert_eq!((next.grow(1), budget.used()), (Err(Exhausted), 100));
        drop(answer);
        assert_eq!(next.grow(1), Ok(()));
    }
}
