//! The CPU time and the wakeups of a process tree.

use std::collections::HashMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::memory;

/// The activity of a tree in a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct Activity {
    /// The share of one core, in percent.
    pub(super) percent: f64,
    /// How often a thread started to run, per second.
    pub(super) wakeups: f64,
}

/// A thread's CPU time in nanoseconds, and how often it started to run.
type Count = (u64, u64);

impl Activity {
    /// The activity of the tree below `root` in the period `rest`, without any request to it.
    pub(super) fn during(rest: Duration, root: u32) -> Self {
        let (began, before) = (Instant::now(), counts(root));
        thread::sleep(rest);
        let (seconds, after) = (began.elapsed().as_secs_f64(), counts(root));
        let (nanoseconds, runs) = difference(&before, &after);
        Self { percent: nanoseconds as f64 / 1e7 / seconds, wakeups: runs as f64 / seconds }
    }
}

/// The counts of each thread of the tree, by its id.
fn counts(root: u32) -> HashMap<String, Count> {
    let tasks = memory::tree(root).into_iter().filter_map(|process| fs::read_dir(format!("/proc/{process}/task")).ok());
    let count = |task: fs::DirEntry| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        Some((task.file_name().into_string().ok()?, parse(&text)?))
    };
    tasks.flat_map(Iterator::flatten).filter_map(count).collect()
}

/// Parses CPU time, time in the run queue, and the number of times that the thread ran.
fn parse(schedstat: &str) -> Option<Count> {
    let mut numbers = schedstat.split_ascii_whitespace().map(str::parse);
    Some((numbers.next()?.ok()?, numbers.nth(1)?.ok()?))
}

/// The difference of two counts. New threads start at zero.
fn difference(before: &HashMap<String, Count>, after: &HashMap<String, Count>) -> Count {
    let since = |(thread, (time, runs)): (&String, &Count)| {
        let (time_before, runs_before) = before.get(thread).copied().unwrap_or_default();
        (time.saturating_sub(time_before), runs.saturating_sub(runs_before))
    };
    after.iter().map(since).fold((0, 0), |(time, runs), (more_time, more_runs)| (time + more_time, runs + more_runs))
}

#[cfg(test)]
mod tests {
    use super::{difference, parse};

    #[test]
    fn the_counters_of_the_kernel_are_parsed() {
        assert_eq!(parse("31415926 2718 42\n"), Some((31_415_926, 42)));
        for text in ["", "1 2", "a b c"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn new_threads_count_in_full_and_ended_ones_not() {
        let counts = |all: &[(&str, u64, u64)]| {
            all.iter()
                .map(|(id, time, runs)| ((*id).to_owned(), (*time, *runs)))
                .collect::<std::collections::HashMap<_, _>>()
        };
        let before = counts(&[("1", 100, 5), ("2", 900, 90)]);
        let after = counts(&[("1", 150, 7), ("3", 20, 1)]);
        assert_eq!(difference(&before, &after), (70, 3));
    }
}
