//! Ending a tree without a namespace: orphans come to the nearest subreaper, which stops and kills until none is left.

use std::collections::BTreeSet;
use std::fs;
use std::io;

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgid, getpgrp};

/// Makes this process the parent of its descendants' orphans.
pub(super) fn become_one() -> io::Result<()> {
    Ok(prctl::set_child_subreaper(true)?)
}

/// Kills every descendant of this process. They are stopped first, round by round until a round finds nobody new: what is
/// stopped cannot fork, so that killing is not outrun. A process group is stopped at one blow, since a flood of processes is
/// faster than a look at each of them.
pub(super) fn kill_descendants() {
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

/// Kills the children of this process that are not in `kept`, each with its descendants.
pub(super) fn kill_children_but(kept: &[Pid]) {
    for child in children(Pid::this()).into_iter().filter(|pid| !kept.contains(pid)) {
        let _ = kill(child, Signal::SIGSTOP);
        for pid in descendants(child) {
            let _ = kill(pid, Signal::SIGKILL);
        }
        let _ = kill(child, Signal::SIGKILL);
    }
}

/// All processes below `root`, itself left out.
pub(super) fn descendants(root: Pid) -> Vec<Pid> {
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
