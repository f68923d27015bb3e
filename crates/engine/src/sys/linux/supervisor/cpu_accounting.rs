//! CPU time of one run's tree, from every account that there is.
//!
//! Each account leaves something out. What this process reaped, and what is alive, lacks children that nobody waited for. What was
//! seen of each process lacks what it did after the last look. The kernel's counter lacks nothing, but not every machine gives
//! one. None counts too much, so that the largest is the closest.

use std::collections::HashMap;
use std::time::Duration;

use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use crate::sys::linux::perf_counter::PerfCounter;
use crate::sys::linux::procfs::{self, Row};
use crate::sys::linux::run_cgroup::RunCgroup;

/// The accounts of one tree.
pub(crate) struct CpuAccounting {
    counter: Option<PerfCounter>,
    /// The run's control group, which also counts what this process uses itself.
    cgroup: Option<RunCgroup>,
    /// What the counter and the processes had used when the program began.
    before: (Duration, Duration),
    /// When each living process was born, and its own time at the last look.
    seen: HashMap<Pid, (u64, Duration)>,
    /// The last that was seen of those that are gone.
    gone: Duration,
}

impl CpuAccounting {
    /// Of all that this process will start, in `cgroup` if there is one.
    pub(crate) fn open(cgroup: Option<RunCgroup>) -> Self {
        Self {
            counter: PerfCounter::start(),
            cgroup,
            before: Default::default(),
            seen: HashMap::new(),
            gone: Duration::ZERO,
        }
    }

    /// Leaves out what `main`, the only process so far, has used up to now.
    pub(crate) fn begin(&mut self, main: Pid) {
        let used = clock_getcpuclockid(main).and_then(ClockId::now).map(Duration::from).unwrap_or_default();
        self.before = (self.counted(), used);
    }

    /// Takes in what the living processes of the tree show.
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

    /// CPU time that the tree has used, `rows` being its living processes.
    pub(crate) fn used(&self, rows: &[Row]) -> Duration {
        let (counted, used) = self.before;
        let alive: Duration = rows.iter().map(|row| row.own + row.children).sum();
        let seen = self.gone + self.seen.values().map(|(_, own)| *own).sum();
        let shown = (procfs::reaped().0 + alive).max(seen);
        shown.saturating_sub(used).max(self.counted().saturating_sub(counted))
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
        let mut accounts = CpuAccounting {
            counter: None,
            cgroup: None,
            before: Default::default(),
            seen: Default::default(),
            gone: Duration::ZERO,
        };
        for rows in [&[row(2, 1, 10), row(3, 1, 20)][..], &[row(2, 1, 11)], &[row(2, 7, 5)], &[]] {
            accounts.note(rows);
        }
        // 20 of the second, 11 of the first, and 5 of the one that took over the first one's id.
        assert!(accounts.used(&[]) >= Duration::from_secs(36));
    }
}
