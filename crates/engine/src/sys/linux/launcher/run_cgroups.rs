//! The control groups of the launcher's runs.

use nix::unistd::Pid;

use super::cgroups::LauncherCgroup;
use crate::sys::linux::run_cgroup::RunCgroup;
use crate::sys::linux::sandbox::mode::Mode;

/// The groups of the launcher's runs.
pub(crate) struct RunCgroups {
    groups: Option<LauncherCgroup>,
    taken: Vec<(Pid, RunCgroup)>,
}

impl RunCgroups {
    /// Probes whether runs can have control groups. Without a mount namespace nothing keeps a program from moving itself to
    /// another group of its user, where no limit of its run holds; the supervisor then measures the run itself.
    pub(crate) fn probe(mode: Mode) -> Self {
        let groups = (mode != Mode::Subreaper).then(LauncherCgroup::probe).flatten();
        Self { groups, taken: Vec::new() }
    }

    /// A group for the next run.
    pub(crate) fn next(&mut self) -> Option<RunCgroup> {
        self.groups.as_mut()?.make().ok()
    }

    /// Moves `supervisor`, and so its future children, into its group.
    pub(crate) fn take(&mut self, cgroup: Option<RunCgroup>, supervisor: Pid) {
        let Some(cgroup) = cgroup else { return };
        // On failure the group stays empty, and the supervisor measures the run itself.
        let _ = cgroup.add(supervisor);
        self.taken.push((supervisor, cgroup));
    }

    /// Kills the processes left in the group of a dead supervisor, and deletes the group.
    pub(crate) fn free(&mut self, supervisor: Pid) {
        for (_, cgroup) in self.taken.extract_if(.., |(taken, _)| *taken == supervisor) {
            let _ = cgroup.kill();
            cgroup.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RunCgroups;
    use crate::sys::linux::sandbox::mode::Mode;

    #[test]
    fn a_run_that_could_leave_its_group_gets_none() {
        assert!(RunCgroups::probe(Mode::Subreaper).next().is_none());
    }
}
