//! The memory that a run's tree holds, against its limit.

use std::time::{Duration, Instant};

use nix::unistd::Pid;

use super::cell::Cell;
use super::procfs::{self, Row};
use super::shared::{Objects, Shared};

/// How long a tree may take to say what memory it really holds.
const ASKING: Duration = Duration::from_millis(200);
/// How often in a row it may fail to, and how often it may change before it is asked all the same.
const SILENCE: u32 = 5;
/// How much longer than the last asking took nobody asks, where it is for the report only.
const REST: u32 = 10;
/// A larger peak is worth asking for.
const STEP: u64 = 1 << 20;

/// What one tree holds.
pub(super) struct Memory {
    limit: u64,
    shared: Shared,
    /// The run's control group, and what it held before the program.
    cell: Option<(Cell, u64)>,
    peak: u64,
    /// Processes' sizes and shared memory at the last look.
    seen: u64,
    /// Processes at the last look.
    processes: usize,
    changing: u32,
    silent: u32,
    /// When the tree may be asked again for the report.
    ask_after: Instant,
}

impl Memory {
    /// Of a tree that may hold `limit` bytes.
    pub(super) fn new(limit: u64, shared: Shared, cell: Option<Cell>) -> Self {
        let cell = cell.and_then(|cell| cell.memory_bytes().map(|before| (cell, before)));
        Self { limit, shared, cell, peak: 0, seen: 0, processes: 1, changing: 0, silent: 0, ask_after: Instant::now() }
    }

    /// The most that the tree was known to hold.
    pub(super) fn peak(&self) -> u64 {
        self.peak
    }

    /// What the last look saw, pages that several processes share counted for each.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// Looks at the tree; true when it holds too much.
    ///
    /// Several processes share pages, so that their sizes together say too much; what they really hold is asked only where it
    /// matters. A tree that forks all the time makes the asker wait: it is asked when its number of processes stands still, or
    /// does not for long, and one that gives no answer again and again is believed to hold the sum.
    pub(super) fn is_exceeded(&mut self, rows: &[Row], processes: &[Pid]) -> bool {
        if let Some(held) = self.held_by_cell() {
            self.seen = held;
            self.peak = self.peak.max(held);
            return held > self.limit || self.was_full();
        }
        let objects = self.shared.look(processes);
        let sum = rows.iter().map(|row| row.resident_bytes).sum::<u64>() + objects.bytes;
        self.seen = sum;
        let still = std::mem::replace(&mut self.processes, rows.len()) == rows.len();
        if sum <= self.limit {
            (self.changing, self.silent) = (0, 0);
            self.report(sum, rows, processes, &objects);
            return false;
        }
        self.changing = if still { 0 } else { self.changing + 1 };
        if !still && self.changing < SILENCE {
            return false;
        }
        match held(processes, &objects) {
            Some(held) => {
                self.silent = 0;
                self.peak = self.peak.max(held);
                held > self.limit
            }
            None => {
                self.silent += 1;
                self.silent >= SILENCE
            }
        }
    }

    /// Whether the kernel had to end a process of the run because there was no memory left for it.
    pub(super) fn was_full(&self) -> bool {
        self.cell.as_ref().is_some_and(|(cell, _)| cell.was_full())
    }

    /// What the kernel says that the run holds, where it counts.
    fn held_by_cell(&self) -> Option<u64> {
        let (cell, before) = self.cell.as_ref()?;
        cell.memory_bytes().map(|held| held.saturating_sub(*before))
    }

    /// Notes what the tree holds, below the limit: at least its largest process, and its shared memory. More has to be asked.
    fn report(&mut self, sum: u64, rows: &[Row], processes: &[Pid], objects: &Objects) {
        let largest = rows.iter().map(|row| row.resident_bytes).max().unwrap_or(0);
        self.peak = self.peak.max(largest).max(objects.bytes);
        if sum > self.peak + STEP && Instant::now() >= self.ask_after {
            let began = Instant::now();
            self.peak = self.peak.max(held(processes, objects).unwrap_or(0));
            self.ask_after = Instant::now() + began.elapsed() * REST;
        }
    }
}

/// What the tree really holds, if it says so in time.
fn held(processes: &[Pid], objects: &Objects) -> Option<u64> {
    let deadline = Instant::now() + ASKING;
    if objects.bytes == 0 {
        return procfs::proportional_bytes(processes, deadline);
    }
    objects.with_processes(processes, deadline)
}
