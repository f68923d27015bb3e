//! The engine that a container belongs to: its labels, and whether the engine still lives.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace;

/// The label with the runs' folder of all engines of a user on a machine.
const RUNS: &str = "runtray.runs";
/// The label with the name of the engine's own folder in it.
const CLAIM: &str = "runtray.claim";

/// The engine to which containers belong.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    /// The engine's folder, which is locked as long as it lives.
    folder: PathBuf,
}

impl Owner {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The labels of its containers.
    pub(super) fn labels(&self) -> HashMap<String, String> {
        HashMap::from([(RUNS.to_owned(), self.runs()), (CLAIM.to_owned(), self.claim())])
    }

    /// Leaves a mark in its folder, by which the next engine knows that there may be containers.
    pub(super) fn leave_mark(&self) {
        if let Err(error) = fs::write(self.folder.join(workspace::CONTAINERS), "") {
            tracing::warn!(%error, "containers cannot be found again if this process dies");
        }
    }

    /// The runs' folder, with the name of the machine: several machines may use one Docker.
    fn runs(&self) -> String {
        let machine = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let runs = self.folder.parent().unwrap_or(&self.folder).display();
        format!("{runs}@{}", machine.trim())
    }

    fn claim(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The daemon's filter for the containers of all engines that have the same runs' folder.
    pub(super) fn filter(&self) -> String {
        format!("{RUNS}={}", self.runs())
    }

    /// Whether a container with `labels` was made by a dead engine with its runs' folder.
    pub(super) fn outlived(&self, labels: &HashMap<String, String>) -> bool {
        labels.get(RUNS) == Some(&self.runs()) && labels.get(CLAIM).is_some_and(|claim| self.is_dead(claim))
    }

    /// Whether the engine with the folder `claim` beside ours is dead.
    fn is_dead(&self, claim: &str) -> bool {
        let is_name = Path::new(claim).file_name().is_some_and(|name| name == claim);
        !is_name || !workspace::is_claimed(&self.folder.with_file_name(claim))
    }
}
