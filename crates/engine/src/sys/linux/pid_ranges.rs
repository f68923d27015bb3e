//! Gives concurrent runs different process ids.
//!
//! In a PID namespace every program would be process 2. Names that programs derive from their id (sockets, lock files, files in
//! the user's home) would then collide between concurrent runs. So the ids of each run start at a different number.

use std::fs;

use nix::unistd::Pid;

/// Ids per range. A run with more processes may reach into the next range, but hardly with its first ones.
const EACH: u32 = 16;
/// Number of ranges.
const RUNS: usize = 64;
/// The kernel does not reuse ids below this.
const FROM: u32 = 300;
/// The ids that all ranges cover.
pub(crate) const SPREAD: u64 = EACH as u64 * RUNS as u64;

/// The ranges in use.
#[derive(Default)]
pub(crate) struct PidRanges {
    taken: Vec<(Pid, usize)>,
    last: usize,
}

/// The range of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PidRange(usize);

impl PidRanges {
    /// A range that no living supervisor has. Ranges are used in turn, so consecutive runs get different ones.
    pub(crate) fn next(&mut self) -> PidRange {
        let is_free = |index: &usize| self.taken.iter().all(|(_, taken)| taken != index);
        let next = (1..=RUNS).map(|step| (self.last + step) % RUNS).find(is_free);
        self.last = next.unwrap_or((self.last + 1) % RUNS);
        PidRange(self.last)
    }

    /// Marks `number` as used by `supervisor`.
    pub(crate) fn take(&mut self, number: PidRange, supervisor: Pid) {
        self.taken.push((supervisor, number.0));
    }

    /// Frees the range of a supervisor that is gone.
    pub(crate) fn free(&mut self, supervisor: Pid) {
        self.taken.retain(|(taken, _)| *taken != supervisor);
    }
}

impl PidRange {
    /// Makes the next process of this namespace the first of the range. Kernels without checkpoint support ignore it; nothing
    /// depends on it.
    pub(crate) fn begin(self) {
        let first = FROM + EACH * u32::try_from(self.0).unwrap_or(0);
        let _ = fs::write("/proc/sys/kernel/ns_last_pid", (first - 1).to_string());
    }
}

#[cfg(test)]
mod tests {
    use nix::unistd::Pid;

    use super::{PidRanges, RUNS};

    #[test]
    fn living_runs_count_apart_and_those_after_them_too() {
        let mut numbers = PidRanges::default();
        let mut seen = Vec::new();
        for pid in 1..=20 {
            let number = numbers.next();
            numbers.take(number, Pid::from_raw(pid));
            assert!(!seen.contains(&number), "{number:?} for {pid}");
            seen.push(number);
        }
        numbers.free(Pid::from_raw(20));
        assert!(!seen.contains(&numbers.next()), "the number of the run before");
    }

    #[test]
    fn more_runs_than_numbers_get_one_all_the_same() {
        let mut numbers = PidRanges::default();
        let mut given = Vec::new();
        for pid in (1..).take(RUNS + 3) {
            given.push(numbers.next());
            numbers.take(given[given.len() - 1], Pid::from_raw(pid));
        }
        numbers.free(Pid::from_raw(9));
        assert_eq!(numbers.next(), given[8], "the only one that is free");
    }
}
