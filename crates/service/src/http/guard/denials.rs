//! Web origins that the user denied while the settings file could not be written.
//!
//! They hold for as long as this process lives, over restarts of the service too.

use std::sync::{Arc, PoisonError, RwLock};

use crate::platform::origin::Origin;

/// The list. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Denials(Arc<RwLock<Arc<[Origin]>>>);

impl Denials {
    /// Those that are denied now.
    pub(crate) fn list(&self) -> Arc<[Origin]> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Denies `origin`.
    pub(crate) fn add(&self, origin: &Origin) {
        self.change(|list| list.push(origin.clone()));
    }

    /// Takes that back: the settings say by now what holds.
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
