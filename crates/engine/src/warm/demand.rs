//! Decides how many interpreters of one kind to keep idle: as many as were recently needed at once, none after a long idle
//! time.

use std::time::{Duration, Instant};

/// The level drops by one after this long without a request that found no idle interpreter.
const CALM: Duration = Duration::from_secs(30);

/// The recent demand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand {
    level: usize,
    used: Instant,
    raised: Instant,
}

impl Demand {
    /// No requests yet.
    pub(super) fn none(now: Instant) -> Self {
        Self { level: 0, used: now, raised: now }
    }

    /// How many interpreters to keep idle.
    pub(super) fn level(&self) -> usize {
        self.level
    }

    /// Records a request that `found` an idle interpreter or did not. The level never exceeds `most`.
    pub(super) fn asked(&mut self, found: bool, most: usize, now: Instant) {
        self.used = now;
        if !found || self.level == 0 {
            self.level = (self.level + 1).min(most);
            self.raised = now;
        }
    }

    /// Lowers the level as time passes.
    pub(super) fn decay(&mut self, idle: Duration, now: Instant) {
        if now.duration_since(self.used) >= idle {
            self.level = 0;
        } else if self.level > 1 && now.duration_since(self.raised) >= CALM {
            self.level -= 1;
            self.raised = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Demand;

    const IDLE: Duration = Duration::from_secs(600);

    /// The level after each step: at that second a request found one or did not; `None` only lets time pass.
    fn check(steps: &[(u64, Option<bool>, usize)]) {
        let start = Instant::now();
        let mut demand = Demand::none(start);
        for &(second, found, expected) in steps {
            let now = start + Duration::from_secs(second);
            match found {
                Some(found) => demand.asked(found, 3, now),
                None => demand.decay(IDLE, now),
            }
            assert_eq!(demand.level(), expected, "at second {second} of {steps:?}");
        }
    }

    #[test]
    fn one_waits_where_one_was_used() {
        check(&[(0, None, 0), (1, Some(false), 1), (2, Some(true), 1), (599, None, 1), (601, Some(true), 1)]);
    }

    #[test]
    fn more_wait_under_load_up_to_the_most_and_fewer_when_it_is_calm() {
        check(&[
            (0, Some(false), 1),
            (1, Some(false), 2),
            (1, Some(false), 3),
            (1, Some(false), 3),
            (30, None, 3),
            (31, None, 2),
            (32, None, 2),
            (62, None, 1),
            (200, None, 1),
        ]);
    }

    #[test]
    fn none_waits_after_long_idleness() {
        check(&[(0, Some(false), 1), (0, Some(false), 2), (600, None, 0), (601, Some(false), 1)]);
    }
}
