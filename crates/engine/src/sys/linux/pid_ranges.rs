//! Process ids that no other living run has.
//!
//! In a PID namespace every program would be process 2, and names that programs make from their ids would be the same in runs that
//! go on at the same time: sockets, lock files, files in the user's home. Each supervisor counts from a number of its own.

use std::fs;

use nix::unistd::Pid;

/// The ids of one run before those of the next begin. A run with more of them may have some of another's, as a rule not its first.
const EACH: u32 = 16;
/// How many runs count apart.
const RUNS: usize = 64;
/// Below are ids that the kernel does not give out again once they were.
const FROM: u32 = 300;
/// How far the ids of runs are spread.
pub(crate) const SPREAD: u64 = EACH as u64 * RUNS as u64;

/// Who counts from where.
#[derive(Default)]
pub(crate) struct PidRanges {
    taken: Vec<(Pid, usize)>,
    last: usize,
}

/// The first process id of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PidRange(usize);

impl PidRanges {
    /// One that no living supervisor has; the one that was given up longest ago, so that the next run's is another.
    pub(crate) fn next(&mut self) -> PidRange {
        let is_free = |index: &usize| self.taken.iter().all(|(_, taken)| taken != index);
        let next = (1..=RUNS).map(|step| (self.last + step) % RUNS).find(is_free);
        self.last = next.unwrap_or((self.last + 1) % RUNS);
        PidRange(self.last)
    }

    /// `supervisor` counts from `number` on.
    pub(crate) fn take(&mut self, number: PidRange, supervisor: Pid) {
        self.taken.push((supervisor, number.0));
    }

    /// `supervisor` is gone.
    pub(crate) fn free(&mut self, supervisor: Pid) {
        self.taken.retain(|(taken, _)| *taken != supervisor);
    }
}

impl PidRange {
    /// Makes this namespace's next process the first of the run. Kernels without checkpoints do not; nothing depends on it.
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
