//! Which service has a data folder for itself, so that two of them do not hide one another.
//!
//! The first one holds a lock on a file there for as long as it lives; the system takes it away with the process, however that
//! ends. One that comes second runs as well, but leaves the address of the first where it is.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;

use runtray_engine::private;

use crate::platform::paths::Paths;

/// The sign that the folder is ours; dropping it takes it away.
pub(crate) struct FolderLock {
    _lock: File,
}

impl FolderLock {
    /// Claims the folder; `None` when another service has it.
    ///
    /// # Errors
    /// The lock's file cannot be made, or the file system knows no locks.
    pub(crate) fn claim(paths: &Paths) -> io::Result<Option<Self>> {
        private::folder(&paths.data)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let lock = private::open(&paths.data.join("instance.lock"), &mut options)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FolderLock;
    use crate::platform::paths::Paths;

    #[test]
    fn one_has_the_folder_until_it_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = |name: &str| folder.path().join(name);
        let paths = Paths { config: below("config"), data: below("data"), runs: below("runs") };
        let first = FolderLock::claim(&paths).expect("a lock").expect("nobody else");
        assert!(FolderLock::claim(&paths).expect("a lock").is_none());
        drop(first);
        assert!(FolderLock::claim(&paths).expect("a lock").is_some());
    }
}
