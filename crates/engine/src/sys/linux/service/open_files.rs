//! What a run's processes keep on disk without a name, as the service sees it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::Pid;

use crate::sys::linux::{subreaper, unlinked};

/// A running tree's open files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenFiles {
    supervisor: Option<Pid>,
}

impl OpenFiles {
    /// Of the run that `supervisor` watches.
    pub(crate) fn of(supervisor: Option<Pid>) -> Self {
        Self { supervisor }
    }

    /// Bytes on the disk of `folder` in files that have no name any more.
    pub(crate) fn unlinked_bytes(self, folder: &Path) -> u64 {
        let (Some(supervisor), Ok(folder)) = (self.supervisor, fs::metadata(folder)) else { return 0 };
        let held = unlinked::held(&subreaper::descendants(supervisor));
        let here = held.into_iter().filter(|((device, _), file)| *device == folder.dev() || !file.in_memory);
        here.map(|(_, file)| file.bytes).sum()
    }
}
