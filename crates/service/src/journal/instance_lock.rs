//! Which services use a journal.
//!
//! Each holds a shared lock on a file beside the journal for as long as it lives; the system takes it away when the process
//! is gone, however it ends. Who can have the lock alone knows that every execution still `running` was lost. While another
//! service lives, leftovers stay `running` until a start that finds nobody else: process ids are reused and prove nothing.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use runtray_engine::private;

/// The sign that we use the journal; dropping it takes it away.
pub(super) struct InstanceLock {
    _lock: File,
}

impl InstanceLock {
    /// Shows that we are here. `when_alone` is called first if nobody else is, and nobody else can come meanwhile.
    ///
    /// # Errors
    /// The lock's file cannot be made, or the file system knows no locks.
    pub(super) fn announce(journal: &Path, when_alone: impl FnOnce()) -> io::Result<Self> {
        let file = journal.with_extension("lock");
        let open = || private::open(&file, OpenOptions::new().read(true).write(true).create(true).truncate(false));
        let exclusive = open()?;
        if exclusive.try_lock().is_ok() {
            when_alone();
        }
        // Closing unlocks everywhere; Wine answers an explicit unlock with an error.
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
        let announce = || {
            let mut alone = false;
            let presence = InstanceLock::announce(&journal, || alone = true).expect("a lock");
            (presence, alone)
        };
        let (first, alone) = announce();
        assert!(alone);
        let (second, alone) = announce();
        assert!(!alone);
        drop(first);
        assert!(!announce().1);
        drop(second);
        assert!(announce().1);
    }
}
