//! An even pace: requests start at fixed times, not as soon as possible.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::{Series, turns};
use crate::setup::Setup;
use crate::subject::Subject;

/// Greetings of each subject before a measurement: afterwards files are in memory and interpreters wait.
const REHEARSALS: usize = 2;

/// The interval of two requests a second, the most that a user or a page would send.
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

/// A subject and its times.
pub(super) type Timed<'a> = (&'a mut dyn Subject, &'a mut Series);

/// Runs the greetings before a measurement, two times a second.
pub(super) fn rehearse(contestants: &mut [Timed<'_>]) -> Result<()> {
    let mut pace = Pace::new(contestants.len());
    for _ in 0..REHEARSALS {
        contestants.iter_mut().try_for_each(|(subject, _)| subject.greet().map(drop))?;
        pace.tick();
    }
    Ok(())
}

/// Runs one round. Each subject has the same slot in every tick, so that each gets requests at an even pace.
pub(super) fn take_turns(contestants: &mut [Timed<'_>], round: usize, ticks: usize) -> Result<()> {
    contestants.iter_mut().for_each(|(_, series)| series.start_round());
    let order: Vec<usize> = turns(round, contestants.len()).collect();
    let mut pace = Pace::new(order.len());
    for _ in 0..ticks {
        for (slot, &place) in order.iter().enumerate() {
            pace.slot(slot);
            let (subject, series) = &mut contestants[place];
            series.add(subject.greet()?);
        }
        pace.tick();
    }
    Ok(())
}

/// Runs the greeting with the subjects in turns, each of them two times a second.
pub(super) fn alternate<const N: usize>(setup: &Setup, mut subjects: [&mut dyn Subject; N]) -> Result<[Series; N]> {
    let mut series = [const { Series(Vec::new()) }; N];
    let mut contestants = Vec::new();
    for (subject, series) in subjects.iter_mut().zip(&mut series) {
        let subject: &mut dyn Subject = &mut **subject;
        contestants.push((subject, series));
    }
    rehearse(&mut contestants)?;
    for round in 0..setup.effort.rounds {
        take_turns(&mut contestants, round, setup.effort.paced)?;
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
