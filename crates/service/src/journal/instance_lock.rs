//! The lock that shows which services use a journal.
//!
//! Each service holds a shared lock on a file beside the journal; the system releases it with the process, however that ends. A
//! service that gets the lock exclusively knows that every execution still `running` was lost. While another service lives,
//! leftovers stay `running` until a later start finds the lock free: process ids are reused and prove nothing.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use runtray_engine::private;

/// The shared lock of one service; dropping it releases the lock.
pub(super) struct InstanceLock {
    _lock: File,
}

impl InstanceLock {
    /// Takes the shared lock. If no other service holds it, `when_alone` is called first, while no other can take it.
    ///
    /// # Errors
    /// The lock file cannot be made, or the file system has no locks.
    pub(super) fn acquire(journal: &Path, when_alone: impl FnOnce()) -> io::Result<Self> {
        let file = journal.with_extension("lock");
        let open = || private::open(&file, OpenOptions::new().read(true).write(true).create(true).truncate(false));
        let exclusive = open()?;
        if exclusive.try_lock().is_ok() {
            when_alone();
        }
        // Closing the file unlocks it on every platform; under Wine an explicit unlock fails.
        drop(exclusive);
        let lock = open()?;
        lock.lock_shared()?;
        Ok(Self { _lock: lock })
    }
}

#[cfg(test)]
mod tests {
    use super::InstanceLock;

    #[test]
    fn only_the_first_is_alone_and_the_next_one_after_all_are_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("journal.sqlite3");
        let acquire = || {
            let mut alone = false;
            let lock = InstanceLock::acquire(&journal, || alone = true).expect("a lock");
            (lock, alone)
        };
        let (first, alone) = acquire();
        assert!(alone);
        let (second, alone) = acquire();
        assert!(!alone);
        drop(first);
        assert!(!acquire().1);
        drop(second);
        assert!(acquire().1);
    }
}
