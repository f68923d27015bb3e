//! Measures the memory of a run's tree against its limit.

use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::inspector::{Finding, Inspector};
use super::shared_memory::SharedMemory;
use crate::sys::exit::Breach;
use crate::sys::linux::procfs::Row;
use crate::sys::linux::run_cgroup::RunCgroup;

/// A tree that seems to exceed its limit counts as exceeding it if no inspection succeeds for this long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);
/// A tree that may exceed its limit by unmeasured memory counts as exceeding it after this long. Queues are usually read sooner.
const SOON: Duration = Duration::from_millis(300);
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
    /// Memory that is no process's own, as of the last inspection, and the most memory that could not be measured.
    shared_bytes: u64,
    uncertain_bytes: u64,
    /// Since when the tree may exceed its limit by the unmeasured memory.
    unsure: Option<Instant>,
    /// Processes that cannot be looked into, and since when; never this one.
    unseen: Vec<(Pid, Instant)>,
    gateway: Option<Pid>,
    peak: u64,
    /// Sum of the processes' sizes and shared memory, as of the last observation.
    seen: u64,
    /// Since when the tree has seemed to exceed its limit, without an inspection that decides it.
    doubted: Option<Instant>,
    /// The next inspection is due then.
    inspect_after: Instant,
}

impl Memory {
    /// For a tree with this limit, in bytes. Its `gateway` may be as protected as the supervisor.
    pub(crate) fn new(limit: u64, shared: SharedMemory, cgroup: Option<RunCgroup>, gateway: Option<Pid>) -> Self {
        Self {
            limit,
            cgroup: cgroup.and_then(|cgroup| cgroup.memory_bytes().map(|before| (cgroup, before))),
            inspector: Inspector::new(shared),
            shared_bytes: 0,
            uncertain_bytes: 0,
            unsure: None,
            unseen: Vec::new(),
            gateway,
            peak: 0,
            seen: 0,
            doubted: None,
            inspect_after: Instant::now(),
        }
    }

    /// The largest amount that is certain.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    /// The last observed sum; pages that processes share are counted for each of them.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }

    /// Observes the tree, and tells whether it exceeds its limit or hides.
    ///
    /// The sum of the sizes may be too large, because processes share pages. An inspection determines the real amount; it takes
    /// time, so its result comes with a later observation.
    pub(crate) fn breach(&mut self, rows: &[Row], processes: &[Pid]) -> Option<Breach> {
        // A cgroup counts shared pages once, so its figure needs no inspection.
        if let Some(held) = self.held_by_cgroup() {
            self.seen = held;
            self.peak = self.peak.max(held);
            return (held > self.limit || self.was_oom_killed()).then_some(Breach::Memory);
        }
        let finding = self.inspector.finding();
        let held = finding.as_ref().and_then(|finding| finding.held);
        if let Some(finding) = finding {
            self.note(finding);
        }
        self.seen = rows.iter().map(|row| row.resident_bytes).sum::<u64>() + self.shared_bytes;
        let largest = rows.iter().map(|row| row.resident_bytes).max().unwrap_or(0);
        self.peak = self.peak.max(largest).max(self.shared_bytes);
        if self.seen + self.uncertain_bytes <= self.limit {
            self.unsure = None;
        }
        let is_unsure = self.unsure.is_some_and(|since| since.elapsed() > SOON);
        if held.is_some_and(|held| held > self.limit) || is_unsure {
            return Some(Breach::Memory);
        }
        // A sum above the limit may be an overestimate. It counts only if no inspection clears it in time.
        if self.seen <= self.limit {
            self.doubted = None;
        }
        let doubted = self.seen > self.limit && self.doubted.get_or_insert_with(Instant::now).elapsed() > PATIENCE;
        self.inspect(processes);
        let hides = self.unseen.iter().any(|(_, since)| since.elapsed() > PATIENCE);
        doubted.then_some(Breach::Memory).or(hides.then_some(Breach::Unmeasured))
    }

    /// Records the result of an inspection.
    fn note(&mut self, finding: Finding) {
        (self.shared_bytes, self.uncertain_bytes) = (finding.shared_bytes, finding.uncertain_bytes);
        if let Some(held) = finding.held {
            self.peak = self.peak.max(held);
            self.doubted = None;
            let may_exceed = held + finding.uncertain_bytes > self.limit;
            self.unsure = may_exceed.then(|| self.unsure.unwrap_or_else(Instant::now));
        }
        let before = std::mem::take(&mut self.unseen);
        let since = |pid| before.iter().find(|(known, _)| *known == pid).map_or_else(Instant::now, |(_, since)| *since);
        let unseen = finding.unseen.into_iter().filter(|pid| Some(*pid) != self.gateway);
        self.unseen = unseen.map(|pid| (pid, since(pid))).collect();
        let rest = if finding.held.is_some() { REST } else { 1 };
        self.inspect_after = Instant::now() + finding.took * rest;
    }

    /// Starts an inspection if one is due. It includes the processes if their sum exceeds the limit or would be a new peak.
    fn inspect(&mut self, processes: &[Pid]) {
        let too_much = self.seen + self.uncertain_bytes > self.limit;
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
