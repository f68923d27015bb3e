//! What a tree uses, read from `/proc`.

use std::fs;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::{Pid, SysconfVar, sysconf};

/// What the living processes of a tree use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) processes: u32,
    pub(super) resident_bytes: u64,
    pub(super) cpu: Duration,
}

/// Every process in this PID namespace but its first.
pub(super) fn all_but_first() -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id| *id != 1).map(Pid::from_raw).collect()
}

/// What `processes` use; those that are gone by now, or are zombies, count for their CPU time at most.
pub(super) fn usage(processes: &[Pid]) -> Usage {
    processes.iter().filter_map(|pid| stat(*pid)).fold(Usage::default(), |sum, one| Usage {
        processes: sum.processes + one.processes,
        resident_bytes: sum.resident_bytes + one.resident_bytes,
        cpu: sum.cpu + one.cpu,
    })
}

/// Memory of `processes` with shared pages counted once: exact, and too slow to ask for all the time. `None` when it is not
/// known by `deadline`.
pub(super) fn proportional_bytes(processes: &[Pid], deadline: Instant) -> Option<u64> {
    let mut sum = 0;
    for pid in processes {
        if Instant::now() > deadline {
            return None;
        }
        sum += fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))
            .ok()
            .and_then(|text| proportional(&text))
            .unwrap_or(0);
    }
    Some(sum)
}

fn proportional(rollup: &str) -> Option<u64> {
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// CPU time and largest resident size of the children that this process has reaped.
pub(super) fn reaped() -> (Duration, u64) {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return (Duration::ZERO, 0) };
    let largest = u64::try_from(usage.max_rss()).unwrap_or(0) * 1024;
    (duration(usage.user_time()) + duration(usage.system_time()), largest)
}

/// CPU time that a process used so far.
pub(super) fn cpu(process: Pid) -> Duration {
    clock_getcpuclockid(process).and_then(ClockId::now).map(Duration::from).unwrap_or_default()
}

/// The children of a process, as this process sees it.
pub(super) fn children(process: Pid) -> Vec<Pid> {
    let list = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    list.split_ascii_whitespace().filter_map(|id| id.parse().ok()).map(Pid::from_raw).collect()
}

fn duration(time: TimeVal) -> Duration {
    let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

fn stat(pid: Pid) -> Option<Usage> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The fields of proc(5) after the command in parentheses, which may itself hold anything.
fn parse_stat(text: &str) -> Option<Usage> {
    let fields: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
    Some(Usage {
        processes: u32::from(*fields.first()? != "Z"),
        resident_bytes: number(21)? * page_bytes(),
        cpu: Duration::from_micros(ticks * 1_000_000 / ticks_per_second()),
    })
}

fn page_bytes() -> u64 {
    known(SysconfVar::PAGE_SIZE, 4096)
}

fn ticks_per_second() -> u64 {
    known(SysconfVar::CLK_TCK, 100)
}

fn known(variable: SysconfVar, usual: u64) -> u64 {
    sysconf(variable).ok().flatten().and_then(|value| u64::try_from(value).ok()).unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use super::{parse_stat, proportional};
    use std::time::Duration;

    #[test]
    fn stat_is_read_past_any_command_name() {
        let text =
            "42 (a) b (c) S 1 42 42 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 100 1000000 5 18446744073709551615";
        let usage = parse_stat(text).expect("a line of stat");
        assert_eq!(usage.processes, 1);
        assert_eq!(usage.resident_bytes, 5 * super::page_bytes());
        assert_eq!(usage.cpu, Duration::from_millis(1000 * 100 / super::ticks_per_second()));
        assert_eq!(parse_stat("nothing"), None);
    }

    #[test]
    fn proportional_memory_is_in_kib() {
        assert_eq!(proportional("Rss:  10 kB\nPss:      7 kB\nPss_Dirty: 3 kB\n"), Some(7 * 1024));
        assert_eq!(proportional("Rss: 10 kB"), None);
    }
}
