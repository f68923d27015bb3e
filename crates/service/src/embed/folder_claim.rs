//! A service's claim to its folders: the lock, and with it the address file.
//!
//! Of several services that use the same folders one has the lock. When it ends, whichever way, another one gets it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use runtray_engine::message::LocalizedMessage;

use crate::platform::address_file;
use crate::platform::folder_lock::FolderLock;
use crate::platform::paths::Paths;
use crate::sentences;

/// The claim of one service. Its methods use the disk.
pub(super) struct FolderClaim {
    paths: Paths,
    /// The service's own.
    url: String,
    state: Mutex<State>,
}

enum State {
    /// Another service has the lock, or nobody tried yet.
    Open,
    /// The address file is this service's; without a lock on a file system that has none.
    Announced { _lock: Option<FolderLock> },
    /// The service stops.
    Withdrawn,
}

impl FolderClaim {
    /// An open claim of the service at `url`.
    pub(super) fn new(paths: Paths, url: String) -> Self {
        Self { paths, url, state: Mutex::new(State::Open) }
    }

    /// Locks the folders and writes the address file, unless that was done or the service stops.
    ///
    /// # Errors
    /// Another service uses the folders: a sentence for the user.
    pub(super) fn claim(&self) -> Result<(), LocalizedMessage> {
        let mut state = self.state();
        if !matches!(*state, State::Open) {
            return Ok(());
        }
        let lock = match FolderLock::claim(&self.paths) {
            Ok(None) => return Err(self.problem()),
            Ok(lock) => lock,
            Err(error) => {
                tracing::debug!(%error, "the data folder cannot be locked");
                None
            }
        };
        address_file::announce(&self.paths, &self.url);
        *state = State::Announced { _lock: lock };
        Ok(())
    }

    /// Removes the address file and unlocks the folders, for good.
    pub(super) fn withdraw(&self) {
        let mut state = self.state();
        address_file::withdraw(&self.paths, &self.url);
        *state = State::Withdrawn;
    }

    fn problem(&self) -> LocalizedMessage {
        match address_file::find(&self.paths) {
            Some(address) => sentences::FOLDER_IN_USE.with("address", address),
            None => sentences::FOLDER_IN_USE_SOMEWHERE.message(),
        }
        .with("path", self.paths.data.display())
    }

    /// The state is replaced as a whole, so a panic elsewhere leaves nothing half-done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::FolderClaim;
    use crate::platform::address_file;
    use crate::platform::paths::Paths;

    #[test]
    fn the_next_service_gets_the_folders_when_the_first_has_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = |name: &str| folder.path().join(name);
        let paths = Paths { config: below("config"), data: below("data"), runs: below("runs") };
        let claims =
            ["http://localhost:1", "http://localhost:2"].map(|url| FolderClaim::new(paths.clone(), url.into()));
        let [first, second] = &claims;
        first.claim().expect("nobody else");
        let problem = second.claim().expect_err("the first has them");
        assert!(problem.to_string().contains("http://localhost:1"), "{problem}");
        first.withdraw();
        assert_eq!(address_file::find(&paths), None);
        second.claim().expect("the first has left");
        assert_eq!(address_file::find(&paths).as_deref(), Some("http://localhost:2"));
        // A try that comes after the end changes nothing.
        first.claim().expect("nothing is left to do");
        second.withdraw();
        second.claim().expect("nothing is left to do");
        assert_eq!(address_file::find(&paths), None);
    }
}
