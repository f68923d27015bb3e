//! Creates control groups (version 2) where this user may: the kernel then accounts and enforces a run's memory, processes and
//! CPU time.
//!
//! ```text
//! <own group>/                      the service and its launcher, or in runtray-<launcher>/service where these have to move
//!   runtray-<launcher>/run-<n>/     the limits of one run; a cgroup namespace of the program shows only what is below
//!   runtray-<launcher>/run-<n>/in/  all processes of the run, its supervisor too
//! ```

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork, getppid, pause};

use crate::sys::linux::own_process;
use crate::sys::linux::perf_counter::PerfCounter;
use crate::sys::linux::run_cgroup::{RunCgroup, remove, write};

/// The controllers that are necessary to enforce the limits.
const CONTROLLERS: [&str; 2] = ["memory", "pids"];
/// The prefix of the launchers' groups; the launcher's pid follows.
const NAME: &str = "runtray-";

/// The group of one launcher, which contains the groups of its runs.
#[derive(Debug)]
pub(crate) struct LauncherCgroup {
    folder: PathBuf,
    holds: bool,
    made: u64,
}

impl LauncherCgroup {
    /// Finds out by trial whether this process can create groups with enforced limits. Groups without limits are only used if
    /// there is no other counter of CPU time.
    pub(crate) fn probe() -> Option<Self> {
        let own = own_group(&read("/proc/self/mountinfo"), &read("/proc/self/cgroup"))?;
        sweep(&own);
        if !has_controllers(&own) && PerfCounter::start().is_some() {
            return None;
        }
        let found = Self::open(&own).inspect_err(|_| remove(&own.join(name(Pid::this())))).ok()?;
        (found.holds || PerfCounter::start().is_none()).then_some(found)
    }

    /// Creates the launcher's group in the group `own`, and tries it.
    fn open(own: &Path) -> io::Result<Self> {
        let folder = own.join(name(Pid::this()));
        fs::create_dir(&folder)?;
        let holds = has_controllers(own)
            && enable(own).or_else(|_| move_away(own, &folder).and_then(|()| enable(own))).is_ok()
            && enable(&folder).is_ok();
        let mut cgroups = Self { folder, holds, made: 0 };
        cgroups.attempt()?;
        Ok(cgroups)
    }

    /// Creates the group of a run.
    pub(crate) fn make(&mut self) -> io::Result<RunCgroup> {
        self.made += 1;
        let folder = self.folder.join(format!("run-{}", self.made));
        fs::create_dir(&folder)?;
        fs::create_dir(folder.join(RunCgroup::INSIDE)).inspect_err(|_| remove(&folder))?;
        Ok(RunCgroup::of(folder, self.holds))
    }

    /// Does everything that a run needs, with a test process.
    fn attempt(&mut self) -> io::Result<()> {
        let cgroup = self.make()?;
        // SAFETY: the launcher has one thread, so that its child may act like any process; it only waits.
        #[expect(unsafe_code, reason = "fork is unsafe because of other threads' locks")]
        let child = match unsafe { fork() }? {
            ForkResult::Child => {
                pause();
                own_process::end(0)
            }
            ForkResult::Parent { child } => child,
        };
        let tried = cgroup.add(child).and_then(|()| cgroup.limit(1 << 30, 64));
        let tried = tried.and_then(|()| cgroup.cpu().map(drop).ok_or(io::ErrorKind::Unsupported.into()));
        let killed = cgroup.kill();
        if killed.is_err() {
            let _ = nix::sys::signal::kill(child, nix::sys::signal::Signal::SIGKILL);
        }
        waitpid(child, None)?;
        cgroup.remove();
        tried.and(killed)
    }
}

impl Drop for LauncherCgroup {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

fn name(launcher: Pid) -> String {
    format!("{NAME}{launcher}")
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The folder of this process's group, from `/proc/self/mountinfo` and `/proc/self/cgroup`.
fn own_group(mounts: &str, groups: &str) -> Option<PathBuf> {
    let mount = mounts.lines().find_map(|line| {
        let (place, kind) = line.split_once(" - ")?;
        let mut fields = place.split(' ').skip(3);
        let (root, place) = (fields.next()?, fields.next()?);
        (kind.starts_with("cgroup2 ") && root == "/").then_some(place)
    })?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    // A group outside of our cgroup namespace is shown with dots.
    (!group.contains("..")).then(|| Path::new(mount).join(group))
}

/// Whether the parent delegates the necessary controllers to this group.
fn has_controllers(group: &Path) -> bool {
    let available = fs::read_to_string(group.join("cgroup.controllers")).unwrap_or_default();
    CONTROLLERS.into_iter().all(|name| available.split_ascii_whitespace().any(|it| it == name))
}

/// Delegates the necessary controllers to the groups in `folder`.
fn enable(folder: &Path) -> io::Result<()> {
    let control = folder.join("cgroup.subtree_control");
    let enabled = fs::read_to_string(&control)?;
    let missing = CONTROLLERS.into_iter().filter(|name| !enabled.split_ascii_whitespace().any(|it| it == *name));
    let missing: Vec<String> = missing.map(|name| format!("+{name}")).collect();
    if missing.is_empty() { Ok(()) } else { write(&control, &missing.join(" ")) }
}

/// A group that delegates controllers must not contain processes, so the service and its launcher move to a subgroup. If there
/// are other processes, such as a shell, nothing moves.
fn move_away(own: &Path, folder: &Path) -> io::Result<()> {
    let ours = [Pid::this(), getppid()].map(|pid| pid.to_string());
    let there = fs::read_to_string(own.join("cgroup.procs"))?;
    if there.lines().any(|pid| !ours.iter().any(|our| our == pid)) {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    let service = folder.join("service");
    fs::create_dir(&service)?;
    there.lines().try_for_each(|pid| write(&service.join("cgroup.procs"), pid))
}

/// Deletes the groups of launchers that are gone; these are empty by then.
fn sweep(own: &Path) {
    for entry in fs::read_dir(own).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let launcher = name.to_str().and_then(|name| name.strip_prefix(NAME)?.parse::<u32>().ok());
        if launcher.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
            remove(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use nix::unistd::Pid;

    use super::{LauncherCgroup, enable, has_controllers, move_away, own_group, read};
    use crate::sys::skip::skip;

    #[test]
    fn the_own_group_is_below_the_place_of_version_2() {
        let mounts = "24 1 0:21 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n25 1 0:22 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n";
        let groups = "4:memory:/other\n0::/user.slice/app.scope\n";
        assert_eq!(own_group(mounts, groups), Some(PathBuf::from("/sys/fs/cgroup/user.slice/app.scope")));
        assert_eq!(own_group(mounts, "0::/../outside\n"), None);
        assert_eq!(own_group(mounts, "1:cpu:/\n"), None);
        assert_eq!(own_group("24 1 0:21 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n", groups), None);
    }

    fn fake(processes: &str, enabled: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("tempdir");
        fs::write(folder.path().join("cgroup.procs"), processes).expect("written");
        fs::write(folder.path().join("cgroup.subtree_control"), enabled).expect("written");
        folder
    }

    #[test]
    fn controllers_that_are_there_are_not_asked_for() {
        for (before, after) in [("cpu memory pids\n", "cpu memory pids\n"), ("pids", "+memory"), ("", "+memory +pids")]
        {
            let folder = fake("", before);
            enable(folder.path()).expect("enabled");
            let written = fs::read_to_string(folder.path().join("cgroup.subtree_control")).expect("there");
            assert_eq!(written, after);
        }
        assert!(enable(Path::new("/nowhere")).is_err());
    }

    #[test]
    fn both_controllers_have_to_be_there() {
        let folder = fake("", "");
        for (listed, enough) in [("cpu memory pids\n", true), ("memory\n", false), ("hugetlb\n", false)] {
            fs::write(folder.path().join("cgroup.controllers"), listed).expect("written");
            assert_eq!(has_controllers(folder.path()), enough, "{listed}");
        }
    }

    #[test]
    fn other_peoples_processes_are_not_moved() {
        let stranger = fake(&format!("{}\n1\n", Pid::this()), "");
        assert!(move_away(stranger.path(), stranger.path()).is_err());
        assert!(!stranger.path().join("service").exists());
    }

    #[test]
    fn a_group_of_this_kernel_takes_counts_and_kills() {
        let Some(own) = own_group(&read("/proc/self/mountinfo"), &read("/proc/self/cgroup")) else {
            return skip("no control groups of version 2 are mounted");
        };
        match LauncherCgroup::open(&own) {
            Ok(cgroups) => {
                let folder = cgroups.folder.clone();
                drop(cgroups);
                assert!(!folder.exists(), "{folder:?} is left");
            }
            Err(error) => skip(format_args!("no groups can be made in {own:?}: {error}")),
        }
    }
}
