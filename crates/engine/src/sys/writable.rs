//! The links that programs may have made in their writable folders. They must not lead out of these folders.

use std::path::{Path, PathBuf};

/// The places in which programs may have made links. All paths are without links.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Writable<'a> {
    /// The folders that programs may write to.
    pub(crate) folders: &'a [PathBuf],
    /// Files and folders in them that programs may not change.
    pub(crate) kept: &'a [PathBuf],
}

impl<'a> Writable<'a> {
    /// The folders that programs may write to, and in which they may have made `link`.
    pub(crate) fn around(self, link: &Path) -> impl Iterator<Item = &'a PathBuf> {
        let is_kept = |folder: &Path| self.kept.iter().any(|kept| kept.starts_with(folder) && link.starts_with(kept));
        self.folders.iter().filter(move |folder| link.starts_with(folder) && !is_kept(folder))
    }

    /// Whether programs may have made `link`. A path with such a link is not granted for writing, not even if the link stays
    /// in its folder: the folder may be granted by this very path, and the link would then lead the next run anywhere.
    pub(crate) fn contains(self, link: &Path) -> bool {
        self.around(link).next().is_some()
    }
}
