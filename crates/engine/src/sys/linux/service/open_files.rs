//! Disk space of unlinked files that a run's processes have open.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use nix::unistd::Pid;

use crate::sys::linux::{subreaper, unlinked};

/// The open files of a running tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenFiles {
    supervisor: Option<Pid>,
}

impl OpenFiles {
    /// Of the run of `supervisor`.
    pub(crate) fn of(supervisor: Option<Pid>) -> Self {
        Self { supervisor }
    }

    /// The size of unlinked files on the disk of `folder`.
    pub(crate) fn unlinked_bytes(self, folder: &Path) -> u64 {
        let (Some(supervisor), Ok(folder)) = (self.supervisor, fs::metadata(folder)) else { return 0 };
        let held = unlinked::held(&subreaper::descendants(supervisor)).files;
        let here = held.into_iter().filter(|((device, _), file)| *device == folder.dev() || !file.in_memory);
        here.map(|(_, file)| file.bytes).sum()
    }
}
