//! Ending a tree without a namespace: orphans come to the nearest subreaper, which stops and kills until none is left.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgid, getpgrp};

/// Looks for processes that may fork while they are looked for.
const SWEEPS: u32 = 100;
/// From one look to the next.
const BETWEEN_SWEEPS: Duration = Duration::from_millis(10);

/// Makes this process the parent of its descendants' orphans.
pub(crate) fn become_one() -> io::Result<()> {
    Ok(prctl::set_child_subreaper(true)?)
}

/// Kills every descendant of this process. They are stopped first, round by round until a round finds nobody new: what is
/// stopped cannot fork, so that killing is not outrun. A process group is stopped at one blow, since a flood of processes is
/// faster than a look at each of them.
pub(crate) fn kill_descendants() {
    let mut stopped = Vec::new();
    loop {
        let new: Vec<Pid> = descendants(Pid::this()).into_iter().filter(|pid| !stopped.contains(pid)).collect();
        if new.is_empty() {
            break;
        }
        for group in groups(&new) {
            let _ = killpg(group, Signal::SIGSTOP);
        }
        for pid in new {
            let _ = kill(pid, Signal::SIGSTOP);
            stopped.push(pid);
        }
    }
    for group in groups(&stopped) {
        let _ = killpg(group, Signal::SIGKILL);
    }
    for pid in stopped {
        let _ = kill(pid, Signal::SIGKILL);
    }
}

/// The process groups of `processes`, our own left out: who has not become the program yet is still in it.
fn groups(processes: &[Pid]) -> BTreeSet<Pid> {
    let own = getpgrp();
    processes.iter().filter_map(|pid| getpgid(Some(*pid)).ok()).filter(|group| *group != own).collect()
}

/// Kills the children of this process that are not in `kept`, each with its descendants; false when there are none.
pub(crate) fn kill_children_but(kept: &[Pid]) -> bool {
    let strangers: Vec<Pid> = children(Pid::this()).into_iter().filter(|pid| !kept.contains(pid)).collect();
    for child in &strangers {
        let _ = kill(*child, Signal::SIGSTOP);
        for pid in descendants(*child) {
            let _ = kill(pid, Signal::SIGKILL);
        }
        let _ = kill(*child, Signal::SIGKILL);
    }
    !strangers.is_empty()
}

/// Kills what was started by the run whose folder is `root` and has no supervisor any more: its environment names that folder. A
/// program that changed its environment is not found. Gives how many were killed.
pub(crate) fn kill_all_of(root: &Path) -> usize {
    let mut killed = BTreeSet::new();
    for _ in 0..SWEEPS {
        let found = processes_of(root);
        if found.is_empty() {
            break;
        }
        for pid in found {
            let _ = kill(pid, Signal::SIGKILL);
            killed.insert(pid);
        }
        std::thread::sleep(BETWEEN_SWEEPS);
    }
    killed.len()
}

fn processes_of(root: &Path) -> Vec<Pid> {
    let named = |environment: &[u8]| memmem(environment, root.as_os_str().as_bytes());
    let carries = |pid: &Pid| fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| named(&environment));
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.map(Pid::from_raw).filter(carries).collect()
}

fn memmem(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// All processes below `root`, itself left out.
pub(crate) fn descendants(root: Pid) -> Vec<Pid> {
    let mut found = children(root);
    let mut next = 0;
    while let Some(pid) = found.get(next) {
        let more = children(*pid);
        found.extend(more);
        next += 1;
    }
    found
}

/// The children of every thread of `pid`, from `/proc/<pid>/task/*/children`.
fn children(pid: Pid) -> Vec<Pid> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_ascii_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .map(Pid::from_raw)
        .collect()
}
