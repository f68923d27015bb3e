//! Measures the memory of a run's tree against its limit.

use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::inspector::{Finding, Inspector};
use super::shared_memory::SharedMemory;
use crate::sys::linux::procfs::Row;
use crate::sys::linux::run_cgroup::RunCgroup;

/// A tree that seems to exceed its limit counts as exceeding it if no inspection succeeds for this long.
const PATIENCE: Duration = Duration::from_secs(1);
/// The pause after an inspection that only updates the peak, as a multiple of its duration.
const REST: u32 = 10;
/// A new peak is inspected if it exceeds the old one by this.
const STEP: u64 = 1 << 20;

/// The memory of one tree.
pub(crate) struct Memory {
    limit: u64,
    /// The run's control group, and its memory before the program began.
    cgroup: Option<(RunCgroup, u64)>,
    inspector: Inspector,
    /// Memory that belongs to no single process, as of the last inspection.
    shared_bytes: u64,
    peak: u64,
    /// Sum of the processes' sizes and shared memory, as of the last observation.
    seen: u64,
    /// Since when the tree has seemed to exceed its limit, without an inspection that decides it.
    doubted: Option<Instant>,
    /// The next inspection is due then.
    inspect_after: Instant,
}

impl Memory {
    /// For a tree with this limit, in bytes.
    pub(crate) fn new(limit: u64, shared: SharedMemory, cgroup: Option<RunCgroup>) -> Self {
        let cgroup = cgroup.and_then(|cgroup| cgroup.memory_bytes().map(|before| (cgroup, before)));
        let inspector = Inspector::new(shared);
        let inspect_after = Instant::now();
        Self { limit, cgroup, inspector, shared_bytes: 0, peak: 0, seen: 0, doubted: None, inspect_after }
    }

    /// The largest amount that is certain.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    /// The last observed sum; pages that processes share are counted for each of them.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }

    /// Observes the tree; true if it exceeds its limit.
    ///
    /// The sum of the sizes may be too large, because processes share pages. An inspection determines the real amount; it takes
    /// time, so its result comes with a later observation.
    pub(crate) fn is_exceeded(&mut self, rows: &[Row], processes: &[Pid]) -> bool {
        // A cgroup counts shared pages once, so its figure needs no inspection.
        if let Some(held) = self.held_by_cgroup() {
            self.seen = held;
            self.peak = self.peak.max(held);
            return held > self.limit || self.was_oom_killed();
        }
        let finding = self.inspector.finding();
        if let Some(finding) = finding {
            self.note(finding);
        }
        self.seen = rows.iter().map(|row| row.resident_bytes).sum::<u64>() + self.shared_bytes;
        let largest = rows.iter().map(|row| row.resident_bytes).max().unwrap_or(0);
        self.peak = self.peak.max(largest).max(self.shared_bytes);
        if finding.and_then(|finding| finding.held).is_some_and(|held| held > self.limit) {
            return true;
        }
        // A sum above the limit may be an overestimate. It counts only if no inspection clears it in time.
        if self.seen <= self.limit {
            self.doubted = None;
        }
        let doubted = self.seen > self.limit && self.doubted.get_or_insert_with(Instant::now).elapsed() > PATIENCE;
        self.inspect(processes);
        doubted
    }

    /// Records the result of an inspection.
    fn note(&mut self, finding: Finding) {
        self.shared_bytes = finding.shared_bytes;
        if let Some(held) = finding.held {
            self.peak = self.peak.max(held);
            self.doubted = None;
        }
        let rest = if finding.held.is_some() { REST } else { 1 };
        self.inspect_after = Instant::now() + finding.took * rest;
    }

    /// Starts an inspection if one is due. It includes the processes if their sum exceeds the limit or would be a new peak.
    fn inspect(&mut self, processes: &[Pid]) {
        let too_much = self.seen > self.limit;
        if self.inspector.is_busy() || !(too_much || Instant::now() >= self.inspect_after) {
            return;
        }
        self.inspector.ask(processes, too_much || self.seen > self.peak + STEP);
    }

    /// Whether the kernel killed a process of the run for lack of memory.
    pub(crate) fn was_oom_killed(&self) -> bool {
        self.cgroup.as_ref().is_some_and(|(cgroup, _)| cgroup.was_oom_killed())
    }

    /// The memory of the control group, if the kernel accounts it.
    fn held_by_cgroup(&self) -> Option<u64> {
        let (cgroup, before) = self.cgroup.as_ref()?;
        cgroup.memory_bytes().map(|held| held.saturating_sub(*before))
    }
}
