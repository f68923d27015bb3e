//! The control group of a run, where the kernel allows one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::unistd::Pid;

/// The memory allowance for the supervisor, which is in the same group.
const SUPERVISOR_BYTES: u64 = 16 << 20;
/// Memory that the kernel cannot reclaim. The page cache is not included: it can be reclaimed.
const HELD: [&str; 6] = ["anon", "shmem", "kernel_stack", "pagetables", "sock", "percpu"];

/// A run's control group: an outer one with the limits, and an inner one with the processes.
#[derive(Debug, Clone)]
pub(crate) struct RunCgroup {
    folder: PathBuf,
    holds: bool,
}

impl RunCgroup {
    /// The name of the inner group.
    pub(crate) const INSIDE: &str = "in";

    /// The group at `folder`. `holds` says whether the kernel enforces its memory and process limits.
    pub(crate) fn of(folder: PathBuf, holds: bool) -> Self {
        Self { folder, holds }
    }

    /// Moves a single-threaded process without children into the group.
    pub(crate) fn add(&self, process: Pid) -> io::Result<()> {
        write(&self.folder.join(Self::INSIDE).join("cgroup.procs"), &process.to_string())
    }

    /// Limits the group's memory, without swap, and its number of processes and threads.
    pub(crate) fn limit(&self, memory_bytes: u64, tasks: u64) -> io::Result<()> {
        if !self.holds {
            return Ok(());
        }
        write(&self.file("memory.max"), &(memory_bytes + SUPERVISOR_BYTES).to_string())?;
        // Missing if the kernel does not account swap.
        let _ = write(&self.file("memory.swap.max"), "0");
        write(&self.file("pids.max"), &(tasks + 1).to_string())
    }

    /// CPU time of all processes that are or were in the group.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        number(&self.file("cpu.stat"), "usage_usec").map(Duration::from_micros)
    }

    /// The group's memory now; `None` if the kernel does not account it.
    pub(crate) fn memory_bytes(&self) -> Option<u64> {
        let text = self.holds.then(|| fs::read_to_string(self.file("memory.stat")).ok()).flatten()?;
        Some(HELD.iter().filter_map(|name| value(&text, name)).sum())
    }

    /// Whether the kernel killed a process because the group was out of memory.
    pub(crate) fn was_oom_killed(&self) -> bool {
        self.holds && number(&self.file("memory.events"), "oom_kill").is_some_and(|count| count > 0)
    }

    /// Kills every process in the group at once.
    pub(crate) fn kill(&self) -> io::Result<()> {
        write(&self.file("cgroup.kill"), "1")
    }

    /// Deletes the group, which must be empty.
    pub(crate) fn remove(&self) {
        remove(&self.folder);
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Deletes a group and its subgroups, deepest first. A group with a process stays.
pub(crate) fn remove(group: &Path) {
    for entry in fs::read_dir(group).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove(&entry.path());
        }
    }
    let _ = fs::remove_dir(group);
}

/// Writes to an existing control file.
pub(crate) fn write(file: &Path, text: &str) -> io::Result<()> {
    use std::io::Write;
    fs::File::options().write(true).open(file)?.write_all(text.as_bytes())
}

/// A value of a flat keyed file.
fn number(file: &Path, name: &str) -> Option<u64> {
    value(&fs::read_to_string(file).ok()?, name)
}

fn value(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::Duration;

    use nix::unistd::Pid;

    use super::RunCgroup;

    #[test]
    fn limits_and_accounts_are_where_the_kernel_has_them() {
        let folder = tempfile::tempdir().expect("tempdir");
        let path = |name: &str| folder.path().join(name);
        let put = |name: &str, text: &str| fs::write(path(name), text).expect("written");
        let get = |name: &str| fs::read_to_string(path(name)).expect("there");
        fs::create_dir(path(RunCgroup::INSIDE)).expect("mkdir");
        for file in ["memory.max", "memory.swap.max", "pids.max", "cgroup.kill", "in/cgroup.procs"] {
            put(file, "");
        }
        let cgroup = RunCgroup::of(folder.path().to_path_buf(), true);
        cgroup.limit(100 << 20, 50).expect("held");
        assert_eq!((get("memory.max"), get("memory.swap.max")), ((116_u64 << 20).to_string(), "0".to_owned()));
        assert_eq!(get("pids.max"), "51");
        cgroup.add(Pid::from_raw(7)).expect("moved");
        cgroup.kill().expect("killed");
        assert_eq!((get("in/cgroup.procs"), get("cgroup.kill")), ("7".to_owned(), "1".to_owned()));
        put("cpu.stat", "usage_usec 1500\nuser_usec 1000\n");
        put("memory.stat", "anon 1000\nfile 5000\nkernel 7\nshmem 200\nsock 30\nanon_thp 9\n");
        put("memory.events", "low 0\nmax 3\noom 1\noom_kill 0\noom_group_kill 0\n");
        assert_eq!((cgroup.cpu(), cgroup.memory_bytes()), (Some(Duration::from_micros(1500)), Some(1230)));
        assert!(!cgroup.was_oom_killed());
        put("memory.events", "oom_kill 2\n");
        assert!(cgroup.was_oom_killed());
    }

    #[test]
    fn what_is_not_there_is_not_known() {
        let folder = tempfile::tempdir().expect("tempdir");
        let cgroup = RunCgroup::of(folder.path().to_path_buf(), false);
        assert_eq!((cgroup.cpu(), cgroup.memory_bytes(), cgroup.was_oom_killed()), (None, None, false));
        let holding = RunCgroup::of(folder.path().to_path_buf(), true);
        assert!(holding.limit(1, 1).is_err() && cgroup.add(Pid::this()).is_err() && cgroup.kill().is_err());
        let nowhere = folder.path().join("memory.max");
        assert!(!nowhere.exists(), "a file was made that only the kernel makes");
    }
}
