//! Resource usage of processes, read from `/proc`.
//!
//! The crate `procfs` would cost more: it also opens the folder of each process and parses every field, and the supervisor reads
//! all processes of a run up to 100 times a second.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use nix::unistd::{Pid, SysconfVar, sysconf};

/// A process as in `/proc/<pid>/stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) pid: Pid,
    /// The letter of its state.
    pub(crate) state: char,
    /// Its start time, in ticks since boot. Together with the pid it identifies the process.
    pub(crate) born: u64,
    pub(crate) resident_bytes: u64,
    /// Its own CPU time.
    pub(crate) own: Duration,
    /// CPU time of the descendants that it waited for.
    pub(crate) children: Duration,
}

impl Row {
    /// False for a zombie.
    pub(crate) fn is_alive(&self) -> bool {
        !matches!(self.state, 'Z' | 'X')
    }
}

/// The text of a file. A program chooses names in it, which need not be UTF-8.
pub(crate) fn text(path: impl AsRef<Path>) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

/// Whether a file cannot be read because its process has ended.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    [Errno::ENOENT, Errno::ESRCH].iter().any(|gone| error.raw_os_error() == Some(*gone as i32))
}

/// All processes of this PID namespace except the first.
pub(crate) fn all_but_first() -> io::Result<Vec<Pid>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        found.extend(entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()));
    }
    found.retain(|id| *id != 1);
    Ok(found.into_iter().map(Pid::from_raw).collect())
}

/// The usage of the `processes` that still exist.
pub(crate) fn rows(processes: &[Pid]) -> io::Result<Vec<Row>> {
    processes.iter().filter_map(|pid| row(*pid).transpose()).collect()
}

/// Whether more than `most` of `processes` are alive. Stops at the first certainty, because a fork bomb creates processes
/// faster than all of them can be read. The newest are read first: the oldest may be zombies.
pub(crate) fn more_alive(processes: &[Pid], most: usize) -> io::Result<bool> {
    let mut alive = 0;
    for pid in processes.iter().rev().filter(|_| processes.len() > most) {
        alive += usize::from(row(*pid)?.is_some_and(|row| row.is_alive()));
        if alive > most {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The usage of one process; `None` if it has ended.
pub(crate) fn row(pid: Pid) -> io::Result<Option<Row>> {
    match text(format!("/proc/{pid}/stat")) {
        Ok(text) => Ok(parse_stat(&text)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Memory of `processes` with shared pages counted once: exact, but too slow for frequent use. `None` if it takes longer than
/// `deadline`.
pub(crate) fn proportional_bytes(processes: &[Pid], deadline: Instant) -> Option<u64> {
    let mut sum = 0;
    for pid in processes {
        if Instant::now() > deadline {
            return None;
        }
        sum += text(format!("/proc/{pid}/smaps_rollup")).ok().and_then(|text| kibibytes(&text, "Pss:")).unwrap_or(0);
    }
    Some(sum)
}

/// The bytes of a line such as `Pss:   7 kB`.
pub(crate) fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// CPU time and largest resident size of the children that this process has reaped.
pub(crate) fn reaped() -> (Duration, u64) {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_CHILDREN) else { return (Duration::ZERO, 0) };
    let largest = u64::try_from(usage.max_rss()).unwrap_or(0) * 1024;
    (duration(usage.user_time()) + duration(usage.system_time()), largest)
}

/// CPU time of this process itself.
pub(crate) fn own() -> Duration {
    getrusage(UsageWho::RUSAGE_SELF)
        .map(|usage| duration(usage.user_time()) + duration(usage.system_time()))
        .unwrap_or_default()
}

/// The children of a process that its main thread started.
pub(crate) fn children(process: Pid) -> Vec<Pid> {
    let list = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    list.split_ascii_whitespace().filter_map(|id| id.parse().ok()).map(Pid::from_raw).collect()
}

fn duration(time: TimeVal) -> Duration {
    let micros = time.tv_sec() * 1_000_000 + time.tv_usec();
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Fields as in proc(5). The command in parentheses may contain anything, so the fields are read after its end.
fn parse_stat(text: &str) -> Option<Row> {
    let (before, after) = text.rsplit_once(") ")?;
    let fields: Vec<&str> = after.split(' ').collect();
    let number = |index: usize| fields.get(index)?.parse::<u64>().ok();
    let time = |ticks: u64| Duration::from_micros(ticks * 1_000_000 / ticks_per_second());
    Some(Row {
        pid: Pid::from_raw(before.split_once(' ')?.0.parse().ok()?),
        state: fields.first()?.chars().next()?,
        born: number(19)?,
        resident_bytes: number(21)? * page_bytes(),
        own: time(number(11)? + number(12)?),
        children: time(number(13)? + number(14)?),
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
    use std::time::Duration;

    use nix::unistd::Pid;

    use super::{kibibytes, more_alive, parse_stat, row};

    #[test]
    fn stat_is_read_past_any_command_name() {
        let text =
            "42 (a) b (c) S 1 42 42 0 -1 4194304 1 2 3 4 10 20 30 40 20 0 1 0 100 1000000 5 18446744073709551615";
        let row = parse_stat(text).expect("a line of stat");
        let ticks = |ticks: u64| Duration::from_millis(1000 * ticks / super::ticks_per_second());
        assert_eq!((row.pid.as_raw(), row.state, row.born), (42, 'S', 100));
        assert_eq!(row.resident_bytes, 5 * super::page_bytes());
        assert_eq!((row.own, row.children), (ticks(30), ticks(70)));
        assert_eq!(parse_stat("nothing"), None);
    }

    #[test]
    fn the_living_are_counted_and_the_dead_are_not() {
        let mut child = std::process::Command::new("true").spawn().expect("a program");
        let dead = Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
        while row(dead).expect("readable").is_some_and(|row| row.is_alive()) {
            std::thread::yield_now();
        }
        let processes = [Pid::this(), dead, Pid::parent()];
        assert!(more_alive(&processes, 1).expect("readable"));
        assert!(!more_alive(&processes, 2).expect("readable"));
        child.wait().expect("its end");
        assert_eq!(row(dead).expect("readable"), None);
    }

    #[test]
    fn sizes_are_in_kib() {
        assert_eq!(kibibytes("Rss:  10 kB\nPss:      7 kB\nPss_Dirty: 3 kB\n", "Pss:"), Some(7 * 1024));
        assert_eq!(kibibytes("Rss: 10 kB", "Pss:"), None);
    }
}
