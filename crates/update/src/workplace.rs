//! The folder in which an update is made. Only one process has it, and it is deleted whatever happens.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use runtray_engine::message::LocalizedMessage;
use runtray_engine::private;

use crate::{Result, sentences as s};

/// The name of the folder, next to the files that are replaced, so that a rename puts the new version in place.
const NAME: &str = ".runtray-update";

/// The folder of replaced files in an installation, and the mark in it while files are replaced, as `packaging/windows` names
/// them.
const REPLACED: &str = ".old";
const REPLACING: &str = "replacing";

/// The attempts to delete replaced files, and the pause between them: a program that ended a moment ago may still hold its file.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(500);

/// The folder, locked.
pub(crate) struct Workplace {
    folder: PathBuf,
    /// `None` once it is closed.
    lock: Option<File>,
    is_kept: bool,
}

/// Deletes the leftovers of an interrupted update in `parent`.
pub fn sweep(parent: &Path) {
    if parent.join(NAME).is_dir() {
        // A folder that is in use is left to its owner, whose error this is.
        let _ = Workplace::claim(parent);
    }
}

/// Deletes the files that the installer for Windows has moved away from `folder`, unless a program runs from them. It may take
/// some seconds.
pub(crate) fn sweep_replaced(folder: &Path) {
    let old = folder.join(REPLACED);
    for _ in 0..ATTEMPTS {
        // While files are replaced, the installer needs the old ones.
        if !old.is_dir() || old.join(REPLACING).exists() {
            return;
        }
        for entry in fs::read_dir(&old).into_iter().flatten().flatten() {
            // A program that runs is left to a later start.
            let _ = remove(&entry.path());
        }
        if fs::remove_dir(&old).is_ok() {
            return;
        }
        thread::sleep(PAUSE);
    }
}

impl Workplace {
    /// Makes the folder in `parent`, and deletes the leftovers of an interrupted update in it.
    ///
    /// # Errors
    /// Another update is being made, or the folder cannot be written.
    pub(crate) fn claim(parent: &Path) -> Result<Self> {
        let folder = parent.join(NAME);
        let lock_file = folder.join("lock");
        let failed = |error: io::Error| not_written(&folder, &error);
        private::folder(&folder).map_err(failed)?;
        let lock = private::open(&lock_file, File::options().create(true).append(true)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(s::RUNNING.message()),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path != lock_file {
                remove(&path).map_err(failed)?;
            }
        }
        Ok(Self { folder, lock: Some(lock), is_kept: false })
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Leaves the folder to a program that was started from it; the next update or start deletes it.
    pub(crate) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Workplace {
    /// The next update deletes files that cannot be deleted now.
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_dir_all(&self.folder);
        }
        drop(self.lock.take());
        // Windows keeps the folder as long as the lock in it is open.
        if cfg!(windows) && !self.is_kept {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// The failure to write a file or folder.
pub(crate) fn not_written(path: &Path, error: &io::Error) -> LocalizedMessage {
    s::NOT_WRITTEN.with("path", path.display()).with("cause", error)
}
