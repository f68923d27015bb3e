//! An even pace: requests start at fixed times, not as soon as possible.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::{Series, turns};
use crate::setup::Setup;
use crate::subject::Subject;

/// Greetings of each subject before a measurement: afterwards files are in memory and interpreters wait.
pub(super) const REHEARSALS: usize = 2;

/// The interval of two requests a second, as a person or a page would send them at most.
pub(super) const TICK: Duration = Duration::from_millis(500);

/// Ticks that are divided into slots for the subjects.
pub(super) struct Pace {
    tick: Instant,
    slot: Duration,
}

impl Pace {
    /// Starts the first tick now, with a slot for each of `subjects`.
    pub(super) fn new(subjects: usize) -> Self {
        let slot = TICK / u32::try_from(subjects.max(1)).unwrap_or(u32::MAX);
        Self { tick: Instant::now(), slot }
    }

    /// Waits for slot `number` of this tick. Returns at once if earlier slots took too long.
    pub(super) fn slot(&self, number: usize) {
        let due = self.tick + self.slot * u32::try_from(number).unwrap_or(u32::MAX);
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }

    /// Waits for the next tick, which begins late if this one took too long.
    pub(super) fn tick(&mut self) {
        let due = self.tick + TICK;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        self.tick = due.max(Instant::now());
    }
}

/// Runs the greeting with the subjects in turns, each of them two times a second.
pub(super) fn alternate<const N: usize>(setup: &Setup, mut subjects: [&mut dyn Subject; N]) -> Result<[Series; N]> {
    let mut series = [const { Series(Vec::new()) }; N];
    let mut pace = Pace::new(N);
    for _ in 0..REHEARSALS {
        subjects.iter_mut().try_for_each(|subject| subject.greet().map(drop))?;
        pace.tick();
    }
    for round in 0..setup.effort.rounds {
        series.iter_mut().for_each(Series::start_round);
        for _ in 0..setup.effort.paced {
            for (slot, place) in turns(round, N).enumerate() {
                pace.slot(slot);
                series[place].add(subjects[place].greet()?);
            }
            pace.tick();
        }
    }
    Ok(series)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Pace, TICK};

    #[test]
    fn slots_divide_a_tick() {
        let began = Instant::now();
        let mut pace = Pace::new(50);
        pace.slot(2);
        assert!(began.elapsed() >= TICK / 25);
        pace.tick();
        assert!(began.elapsed() >= TICK);
        pace.tick -= TICK * 3;
        pace.tick();
        assert!(pace.tick >= began + TICK, "a late tick begins when it does");
    }
}
