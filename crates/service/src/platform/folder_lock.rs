//! The lock of a data folder, so that two services that use it do not overwrite each other's address file.
//!
//! The first service holds a lock on a file in the folder; the system releases it with the process, however that ends. A
//! second service runs as well, but leaves the address file alone.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;

use runtray_engine::private;

use crate::platform::paths::Paths;

/// A held lock; dropping it releases the folder.
pub(crate) struct FolderLock {
    _lock: File,
}

impl FolderLock {
    /// Locks the folder; `None` if another service has locked it.
    ///
    /// # Errors
    /// The lock file cannot be made, or the file system has no locks.
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
    fn a_folder_is_locked_until_its_lock_is_dropped() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = |name: &str| folder.path().join(name);
        let paths = Paths { config: below("config"), data: below("data"), runs: below("runs") };
        let first = FolderLock::claim(&paths).expect("a lock").expect("nobody else");
        assert!(FolderLock::claim(&paths).expect("a lock").is_none());
        drop(first);
        assert!(FolderLock::claim(&paths).expect("a lock").is_some());
    }
}
