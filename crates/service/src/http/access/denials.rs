//! Web origins that the user denied while the settings file could not be written.
//!
//! They are denied for the life of this process, across restarts of the service.

use std::sync::{Arc, PoisonError, RwLock};

use crate::platform::origin::Origin;

/// The list. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Denials(Arc<RwLock<Arc<[Origin]>>>);

impl Denials {
    /// The denied origins.
    pub(crate) fn list(&self) -> Arc<[Origin]> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
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
        let mut list = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut new = list.to_vec();
        change(&mut new);
        new.dedup();
        *list = new.into();
    }
}
