//! The control groups of the launcher's runs.

use nix::unistd::Pid;

use super::cgroups::Cgroups;
use crate::sys::linux::run_cgroup::Cell;

/// The groups of the launcher's runs.
pub(crate) struct Cells {
    groups: Option<Cgroups>,
    taken: Vec<(Pid, Cell)>,
}

impl Cells {
    /// Finds out whether runs can have groups here.
    pub(crate) fn probe() -> Self {
        Self { groups: Cgroups::probe(), taken: Vec::new() }
    }

    /// One for the next run.
    pub(crate) fn next(&mut self) -> Option<Cell> {
        self.groups.as_mut()?.make().ok()
    }

    /// Puts `supervisor`, and with it all that it will start, into its group.
    pub(crate) fn take(&mut self, cell: Option<Cell>, supervisor: Pid) {
        let Some(cell) = cell else { return };
        // One that is not in it leaves it without processes, and its run to what the supervisor sees.
        let _ = cell.take_in(supervisor);
        self.taken.push((supervisor, cell));
    }

    /// `supervisor` is gone, and with it goes what is left in its group.
    pub(crate) fn free(&mut self, supervisor: Pid) {
        for (_, cell) in self.taken.extract_if(.., |(taken, _)| *taken == supervisor) {
            let _ = cell.kill();
            cell.remove();
        }
    }
}
