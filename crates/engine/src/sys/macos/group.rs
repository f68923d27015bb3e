//! The processes of a run: finds, measures and kills them.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::table;
use crate::sys::descendants::Descendants;

/// A clock that is set back by less than this does not hide a daemon of the run.
const CLOCK_MARGIN: Duration = Duration::from_secs(2);

/// The processes of one run.
pub(super) struct Group {
    descendants: Descendants,
    mark: Vec<u8>,
    /// CPU time of each process as of its last observation.
    cpu: HashMap<i32, Duration>,
    /// CPU time of processes whose pid was reused.
    replaced: Duration,
    peak_memory_bytes: u64,
}

/// The measured usage of a group.
pub(super) struct Measure {
    pub(super) processes: usize,
    pub(super) memory_bytes: u64,
}

impl Group {
    /// For a run that begins now with `main`, which leads a session and must not be reaped while this is used.
    pub(super) fn of(main: i32, mark: &[u8]) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().saturating_sub(CLOCK_MARGIN);
        let since = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
        Self {
            descendants: Descendants::of(main, since),
            mark: mark.to_vec(),
            cpu: HashMap::new(),
            replaced: Duration::ZERO,
            peak_memory_bytes: 0,
        }
    }

    /// Whether the group belongs to the run with `mark`.
    pub(super) fn has_mark(&self, mark: &[u8]) -> bool {
        self.mark == mark
    }

    /// Measures the living processes.
    pub(super) fn measure(&mut self) -> Measure {
        let alive = self.alive();
        let mut memory_bytes = 0;
        for &pid in &alive {
            if let Some(usage) = table::usage(pid) {
                self.note_cpu(pid, usage.cpu);
                memory_bytes += usage.memory_bytes;
            }
        }
        self.peak_memory_bytes = self.peak_memory_bytes.max(memory_bytes);
        Measure { processes: alive.len(), memory_bytes }
    }

    /// A process that used less than before is another one with the same pid.
    fn note_cpu(&mut self, pid: i32, cpu: Duration) {
        let before = self.cpu.insert(pid, cpu).filter(|before| *before > cpu);
        self.replaced += before.unwrap_or_default();
    }

    /// The observed CPU time, including processes that have ended.
    pub(super) fn cpu(&self) -> Duration {
        self.cpu.values().sum::<Duration>() + self.replaced
    }

    /// The most memory observed at once.
    pub(super) fn peak_memory_bytes(&self) -> u64 {
        self.peak_memory_bytes
    }

    /// Kills the living processes; true if there were none. All are stopped first, so that none can fork meanwhile.
    pub(super) fn end(&mut self) -> bool {
        for pid in self.alive() {
            signal(pid, Signal::SIGSTOP);
        }
        let alive = self.alive();
        for &pid in &alive {
            signal(pid, Signal::SIGKILL);
        }
        alive.is_empty()
    }

    fn alive(&mut self) -> Vec<i32> {
        self.descendants.within(&table::rows(), |pid| table::bears(pid, &self.mark))
    }
}

/// A process that is gone is not an error.
fn signal(pid: i32, signal: Signal) {
    let _ = kill(Pid::from_raw(pid), signal);
}
