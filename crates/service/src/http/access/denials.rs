//! What is known of denied web origins besides the settings, across restarts of the service.

use std::sync::{Arc, PoisonError, RwLock};

use super::denied_sites::DeniedSites;
use crate::platform::origin::Origin;
use crate::platform::paths::Paths;

/// Both lists. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Denials {
    /// Sites whose pages are not offered for approval for some time.
    pub(crate) sites: Arc<DeniedSites>,
    /// Origins that were denied while the settings file could not be written: for the life of this process.
    unsaved: Arc<RwLock<Arc<[Origin]>>>,
}

impl Denials {
    /// Those of the service with these folders.
    pub(crate) fn of(paths: &Paths) -> Self {
        Self { sites: Arc::new(DeniedSites::open(paths.denied_sites_file())), unsaved: Arc::default() }
    }

    /// The denied origins.
    pub(crate) fn list(&self) -> Arc<[Origin]> {
        self.unsaved.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Denies `origin`.
    pub(crate) fn add(&self, origin: &Origin) {
        self.change(|list| list.push(origin.clone()));
    }

    /// Removes `origin`, once the settings hold the user's decision.
    pub(crate) fn remove(&self, origin: &Origin) {
        self.change(|list| list.retain(|denied| !denied.is_same_page(origin)));
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Origin>)) {
        let mut list = self.unsaved.write().unwrap_or_else(PoisonError::into_inner);
        let mut new = list.to_vec();
        change(&mut new);
        new.dedup();
        *list = new.into();
    }
}
