//! CPU time of a run's tree, from all available sources.
//!
//! Each source misses something. The usage of living and reaped processes misses children that nobody waited for. The last
//! observation of each process misses its later usage. The kernel's counter misses nothing, but not every machine has it. No
//! source counts too much, so the largest value is the best.

use std::collections::HashMap;
use std::time::Duration;

use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use crate::sys::linux::perf_counter::PerfCounter;
use crate::sys::linux::procfs::{self, Row};
use crate::sys::linux::run_cgroup::RunCgroup;

/// The sources for one tree.
pub(crate) struct CpuAccounting {
    counter: Option<PerfCounter>,
    /// The run's control group, which also includes this process.
    cgroup: Option<RunCgroup>,
    /// Usage of the counter and of the processes when the program began.
    before: (Duration, Duration),
    /// Start time and own CPU time of each living process, as of the last observation.
    seen: HashMap<Pid, (u64, Duration)>,
    /// The last observed CPU time of processes that are gone.
    gone: Duration,
}

impl CpuAccounting {
    /// For the future children of this process, and `cgroup` if there is one.
    pub(crate) fn open(cgroup: Option<RunCgroup>) -> Self {
        Self {
            counter: PerfCounter::start(),
            cgroup,
            before: Default::default(),
            seen: HashMap::new(),
            gone: Duration::ZERO,
        }
    }

    /// Excludes the usage so far of `main`, the only process yet.
    pub(crate) fn begin(&mut self, main: Pid) {
        let used = clock_getcpuclockid(main).and_then(ClockId::now).map(Duration::from).unwrap_or_default();
        self.before = (self.counted(), used);
    }

    /// Records an observation of the living processes.
    pub(crate) fn note(&mut self, rows: &[Row]) {
        let mut seen = HashMap::with_capacity(rows.len());
        for row in rows {
            let known = self.seen.get(&row.pid).is_some_and(|(born, _)| *born == row.born);
            let before = known.then(|| self.seen.remove(&row.pid)).flatten();
            let own = before.map_or(row.own, |(_, own)| own.max(row.own));
            seen.insert(row.pid, (row.born, own));
        }
        let ended = std::mem::replace(&mut self.seen, seen);
        self.gone += ended.into_values().map(|(_, own)| own).sum::<Duration>();
    }

    /// The tree's CPU time; `rows` are its living processes.
    pub(crate) fn used(&self, rows: &[Row]) -> Duration {
        let (counted, used) = self.before;
        let alive: Duration = rows.iter().map(|row| row.own + row.children).sum();
        let seen = self.gone + self.seen.values().map(|(_, own)| *own).sum();
        let observed = (procfs::reaped().0 + alive).max(seen);
        observed.saturating_sub(used).max(self.counted().saturating_sub(counted))
    }

    fn counted(&self) -> Duration {
        let counter = self.counter.as_ref().and_then(|counter| counter.read().ok()).unwrap_or_default();
        let group = self.cgroup.as_ref().and_then(RunCgroup::cpu).unwrap_or_default();
        counter.max(group.saturating_sub(procfs::own()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nix::unistd::Pid;

    use super::CpuAccounting;
    use crate::sys::linux::procfs::Row;

    fn row(pid: i32, born: u64, seconds: u64) -> Row {
        let own = Duration::from_secs(seconds);
        Row { pid: Pid::from_raw(pid), state: 'R', born, resident_bytes: 0, own, children: Duration::ZERO }
    }

    #[test]
    fn time_of_those_that_are_gone_is_kept() {
        let mut cpu = CpuAccounting {
            counter: None,
            cgroup: None,
            before: Default::default(),
            seen: Default::default(),
            gone: Duration::ZERO,
        };
        for rows in [&[row(2, 1, 10), row(3, 1, 20)][..], &[row(2, 1, 11)], &[row(2, 7, 5)], &[]] {
            cpu.note(rows);
        }
        // 20 s of the second, 11 s of the first, and 5 s of the one that reused the first one's pid.
        assert!(cpu.used(&[]) >= Duration::from_secs(36));
    }
}
