//! Kills process trees that have no namespace. Orphans become children of the nearest subreaper.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, getpgid, getpgrp};

use super::procfs;

/// How often the processes of a run are searched again: they may fork meanwhile.
const SWEEPS: u32 = 100;
/// The pause between two searches.
const BETWEEN_SWEEPS: Duration = Duration::from_millis(10);

/// Makes this process the parent of its descendants' orphans.
pub(crate) fn become_one() -> io::Result<()> {
    Ok(prctl::set_child_subreaper(true)?)
}

/// SIGSTOPs all descendants until a scan finds no new one (stopped processes cannot fork), then SIGKILLs them. Whole process
/// groups are signalled, because a fork bomb outruns a scan of each pid.
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
    // Everything is stopped, so nothing can fork between these signals.
    for group in groups(&stopped) {
        let _ = killpg(group, Signal::SIGKILL);
    }
    for pid in stopped {
        let _ = kill(pid, Signal::SIGKILL);
    }
}

/// The process groups of `processes`, except our own: a process before its exec is still in it.
fn groups(processes: &[Pid]) -> BTreeSet<Pid> {
    let own = getpgrp();
    processes.iter().filter_map(|pid| getpgid(Some(*pid)).ok()).filter(|group| *group != own).collect()
}

/// Kills the children of this process that are not in `kept`, with their descendants; false if there were none.
pub(crate) fn kill_children_but(kept: &[Pid]) -> bool {
    let mut children = Vec::new();
    let _ = add_children(Pid::this(), &mut children);
    let strangers: Vec<Pid> = children.into_iter().filter(|pid| !kept.contains(pid)).collect();
    for child in &strangers {
        // The child is stopped first, so that it forks no more while its descendants are killed.
        let _ = kill(*child, Signal::SIGSTOP);
        for pid in descendants(*child) {
            let _ = kill(pid, Signal::SIGKILL);
        }
        let _ = kill(*child, Signal::SIGKILL);
    }
    !strangers.is_empty()
}

/// Kills the processes of the run with the folder `root`, whose supervisor is gone; returns how many. They are found by their
/// environment, which contains the folder. A program that changed its environment is not found.
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

/// All descendants of `root` that can be found.
pub(crate) fn descendants(root: Pid) -> Vec<Pid> {
    walk(root, &mut None)
}

/// All descendants of `root`.
///
/// # Errors
/// The system does not list the children of a process that exists.
pub(crate) fn all_descendants(root: Pid) -> io::Result<Vec<Pid>> {
    let mut failed = None;
    let found = walk(root, &mut failed);
    failed.map_or(Ok(found), Err)
}

fn walk(root: Pid, failed: &mut Option<io::Error>) -> Vec<Pid> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(pid) = found.get(next).copied() {
        if let Err(error) = add_children(pid, &mut found) {
            *failed = Some(error).filter(|error| !procfs::is_gone(error)).or(failed.take());
        }
        next += 1;
    }
    found.split_off(1)
}

/// Adds the children of every thread of `pid`.
fn add_children(pid: Pid, found: &mut Vec<Pid>) -> io::Result<()> {
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        match fs::read_to_string(thread?.path().join("children")) {
            Ok(list) => found.extend(list.split_ascii_whitespace().flat_map(str::parse).map(Pid::from_raw)),
            Err(error) if procfs::is_gone(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
