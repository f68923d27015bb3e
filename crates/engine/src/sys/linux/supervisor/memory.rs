//! The memory that a run's tree holds, against its limit.

use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::inspector::{Finding, Inspector};
use super::shared_memory::SharedMemory;
use crate::sys::linux::procfs::Row;
use crate::sys::linux::run_cgroup::RunCgroup;

/// A tree that seems to hold too much, and does not let itself be inspected for so long, is believed to hold it.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pause after an inspection for the report only, as a multiple of its time.
const REST: u32 = 10;
/// A larger peak is worth an inspection.
const STEP: u64 = 1 << 20;

/// What one tree holds.
pub(crate) struct Memory {
    limit: u64,
    /// The run's control group, and what it held before the program.
    cgroup: Option<(RunCgroup, u64)>,
    inspector: Inspector,
    /// Memory that is no process's own, at the last inspection.
    shared_bytes: u64,
    peak: u64,
    /// Processes' sizes and shared memory at the last look.
    seen: u64,
    /// Since when the tree has seemed to hold too much without an inspection that says otherwise.
    doubted: Option<Instant>,
    /// When the tree may be inspected again.
    inspect_after: Instant,
}

impl Memory {
    /// Of a tree that may hold `limit` bytes.
    pub(crate) fn new(limit: u64, shared: SharedMemory, cgroup: Option<RunCgroup>) -> Self {
        let cgroup = cgroup.and_then(|cgroup| cgroup.memory_bytes().map(|before| (cgroup, before)));
        let inspector = Inspector::new(shared);
        let inspect_after = Instant::now();
        Self { limit, cgroup, inspector, shared_bytes: 0, peak: 0, seen: 0, doubted: None, inspect_after }
    }

    /// The most that the tree was known to hold.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    /// What the last look saw, pages that several processes share counted for each.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }

    /// Looks at the tree; true when it holds too much.
    ///
    /// Several processes share pages, so that the sum of their sizes may be too much. An inspection tells what they really hold. It
    /// takes its time, so that its finding comes with a later look.
    pub(crate) fn is_exceeded(&mut self, rows: &[Row], processes: &[Pid]) -> bool {
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
        if self.seen <= self.limit {
            self.doubted = None;
        }
        let doubted = self.seen > self.limit && self.doubted.get_or_insert_with(Instant::now).elapsed() > PATIENCE;
        self.inspect(processes);
        doubted
    }

    /// Takes in what an inspection found.
    fn note(&mut self, finding: Finding) {
        self.shared_bytes = finding.shared_bytes;
        if let Some(held) = finding.held {
            self.peak = self.peak.max(held);
            self.doubted = None;
        }
        let rest = if self.doubted.is_none() && finding.held.is_some() { REST } else { 1 };
        self.inspect_after = Instant::now() + finding.took * rest;
    }

    /// Has the tree inspected, when that is due. What its processes hold is asked for where the sum is too much, or would be a new
    /// peak.
    fn inspect(&mut self, processes: &[Pid]) {
        let too_much = self.seen > self.limit;
        if self.inspector.is_busy() || !(too_much || Instant::now() >= self.inspect_after) {
            return;
        }
        self.inspector.ask(processes, too_much || self.seen > self.peak + STEP);
    }

    /// Whether the kernel had to end a process of the run because there was no memory left for it.
    pub(crate) fn was_oom_killed(&self) -> bool {
        self.cgroup.as_ref().is_some_and(|(cgroup, _)| cgroup.was_oom_killed())
    }

    /// What the kernel says that the run holds, where it counts.
    fn held_by_cgroup(&self) -> Option<u64> {
        let (cgroup, before) = self.cgroup.as_ref()?;
        cgroup.memory_bytes().map(|held| held.saturating_sub(*before))
    }
}
