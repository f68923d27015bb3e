//! The control groups of the launcher's runs.

use nix::unistd::Pid;

use super::cgroups::LauncherCgroup;
use crate::sys::linux::run_cgroup::RunCgroup;

/// The groups of the launcher's runs.
pub(crate) struct RunCgroups {
    groups: Option<LauncherCgroup>,
    taken: Vec<(Pid, RunCgroup)>,
}

impl RunCgroups {
    /// Finds out whether runs can have groups here.
    pub(crate) fn probe() -> Self {
        Self { groups: LauncherCgroup::probe(), taken: Vec::new() }
    }

    /// One for the next run.
    pub(crate) fn next(&mut self) -> Option<RunCgroup> {
        self.groups.as_mut()?.make().ok()
    }

    /// Puts `supervisor`, and with it all that it will start, into its group.
    pub(crate) fn take(&mut self, cgroup: Option<RunCgroup>, supervisor: Pid) {
        let Some(cgroup) = cgroup else { return };
        // One that is not in it leaves it without processes, and its run to what the supervisor sees.
        let _ = cgroup.add(supervisor);
        self.taken.push((supervisor, cgroup));
    }

    /// `supervisor` is gone, and with it goes what is left in its group.
    pub(crate) fn free(&mut self, supervisor: Pid) {
        for (_, cgroup) in self.taken.extract_if(.., |(taken, _)| *taken == supervisor) {
            let _ = cgroup.kill();
            cgroup.remove();
        }
    }
}
