//! New versions, as far as they are known.

use std::sync::{Mutex, MutexGuard, PoisonError};

use runtray_update::Release;
use tokio::sync::watch;

use crate::model::VersionStep;

/// New versions, as far as they are known.
#[derive(Default)]
pub(crate) struct Versions {
    /// How far looking or installing has come.
    pub(super) step: watch::Sender<VersionStep>,
    release: Mutex<Option<Release>>,
}

impl Versions {
    /// Begins with `step`, unless something goes on.
    pub(super) fn begin(&self, step: VersionStep) -> bool {
        self.step.send_if_modified(|now| {
            let may = !now.is_busy();
            if may {
                *now = step;
            }
            may
        })
    }

    /// The newer version, if there is one. It is replaced as a whole, so a panic elsewhere leaves nothing half-done.
    pub(super) fn release(&self) -> MutexGuard<'_, Option<Release>> {
        self.release.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
