//! How many interpreters of one kind should wait: as many as were lately wanted at once, none after long idleness.

use std::time::{Duration, Instant};

/// After so long without a program that found none waiting, one less waits.
const CALM: Duration = Duration::from_secs(30);

/// What was asked for lately.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demand {
    level: usize,
    used: Instant,
    raised: Instant,
}

impl Demand {
    /// Nothing was asked for yet.
    pub(super) fn none(now: Instant) -> Self {
        Self { level: 0, used: now, raised: now }
    }

    /// How many should wait.
    pub(super) fn level(&self) -> usize {
        self.level
    }

    /// A program asked for one and `found` it, or did not. No more than `most` ever wait.
    pub(super) fn asked(&mut self, found: bool, most: usize, now: Instant) {
        self.used = now;
        if !found || self.level == 0 {
            self.level = (self.level + 1).min(most);
            self.raised = now;
        }
    }

    /// Time has passed.
    pub(super) fn settle(&mut self, idle: Duration, now: Instant) {
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

    /// The level after each step: at that second, whether one was found, or `None` for the mere passing of time.
    fn check(steps: &[(u64, Option<bool>, usize)]) {
        let start = Instant::now();
        let mut demand = Demand::none(start);
        for &(second, found, expected) in steps {
            let now = start + Duration::from_secs(second);
            match found {
                Some(found) => demand.asked(found, 3, now),
                None => demand.settle(IDLE, now),
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
