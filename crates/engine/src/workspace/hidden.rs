//! The folders that programs must not see, wherever they are.
//!
//! A program may rename a folder above them. So each is held open and found by its inode instead of its name.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::private;

/// Folders of the service.
pub(crate) struct HiddenFolders(Vec<Hidden>);

struct Hidden {
    path: PathBuf,
    /// `None` if the folder cannot be opened.
    held: Option<File>,
}

impl HiddenFolders {
    /// Creates each missing folder, private, so that it can be hidden while it is still empty. One that cannot be created has no
    /// content to hide.
    pub(crate) fn open(folders: impl Iterator<Item = PathBuf>) -> Self {
        Self(folders.map(Hidden::open).collect())
    }

    /// Their paths: those that they were opened at, and those that they have been moved to.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let moved = self.0.iter().filter_map(Hidden::moved);
        self.0.iter().map(|hidden| hidden.path.clone()).chain(moved).collect()
    }
}

impl Hidden {
    fn open(path: PathBuf) -> Self {
        if !path.exists()
            && let Err(error) = private::folder(&path)
        {
            tracing::debug!(%error, folder = %path.display(), "a folder to be hidden cannot be made");
        }
        Self { held: hold(&path), path }
    }

    /// Where the folder is now, if it was moved.
    fn moved(&self) -> Option<PathBuf> {
        place(self.held.as_ref()?).filter(|place| *place != self.path && place.is_dir())
    }
}

#[cfg(target_os = "linux")]
fn hold(path: &Path) -> Option<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().read(true).custom_flags(nix::libc::O_PATH | nix::libc::O_DIRECTORY).open(path).ok()
}

#[cfg(target_os = "linux")]
fn place(held: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd;
    std::fs::read_link(format!("/proc/self/fd/{}", held.as_raw_fd())).ok()
}

/// Elsewhere a folder that was moved is not found again.
#[cfg(not(target_os = "linux"))]
fn hold(_path: &Path) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn place(_held: &File) -> Option<PathBuf> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use super::HiddenFolders;

    #[test]
    fn a_folder_is_found_where_it_was_moved_to() {
        let base = tempfile::tempdir().expect("a folder");
        let base = base.path().canonicalize().expect("it is there");
        let (home, data) = (base.join("home"), base.join("home/data"));
        let hidden = HiddenFolders::open([data.clone()].into_iter());
        assert_eq!(hidden.paths(), std::slice::from_ref(&data));
        fs::rename(&home, base.join("moved")).expect("renamed");
        assert_eq!(hidden.paths(), [data.clone(), base.join("moved/data")]);
        fs::remove_dir_all(base.join("moved")).expect("removed");
        assert_eq!(hidden.paths(), [data]);
    }
}
