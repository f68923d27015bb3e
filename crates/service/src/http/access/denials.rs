//! Denied web origins in addition to the settings, kept across restarts of the service.

use std::sync::Arc;

use tokio::sync::watch;

use super::denied_sites::DeniedSites;
use crate::platform::origin::Origin;
use crate::platform::paths::Paths;

/// Both lists. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Denials {
    /// Sites whose pages are not offered for approval for some time.
    pub(crate) sites: Arc<DeniedSites>,
    /// Origins that were denied while the settings file could not be written: for the life of this process.
    unsaved: Arc<watch::Sender<Arc<[Origin]>>>,
}

impl Denials {
    /// The denials of the service with these folders.
    pub(crate) fn of(paths: &Paths) -> Self {
        Self { sites: Arc::new(DeniedSites::open(paths.denied_sites_file())), unsaved: Arc::default() }
    }

    /// The denied origins.
    pub(crate) fn list(&self) -> Arc<[Origin]> {
        self.unsaved.borrow().clone()
    }

    /// A watch channel of the denied origins.
    pub(crate) fn subscribe(&self) -> watch::Receiver<Arc<[Origin]>> {
        self.unsaved.subscribe()
    }

    /// Denies `origin`.
    pub(crate) fn add(&self, origin: &Origin) {
        self.change(|list| list.push(origin.clone()));
    }

    /// Removes `origin`, once the settings hold the user's decision.
    pub(crate) fn remove(&self, origin: &Origin) {
        self.change(|list| list.retain(|denied| !denied.is_same_page(origin)));
    }

    /// Removes the origins that `held`, the denied ones of the settings in effect, holds too.
    pub(crate) fn settle(&self, held: &[Origin]) {
        self.unsaved.send_if_modified(|list| {
            let left: Vec<Origin> = list.iter().filter(|denied| !held.contains(denied)).cloned().collect();
            let differs = left.len() < list.len();
            if differs {
                *list = left.into();
            }
            differs
        });
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Origin>)) {
        self.unsaved.send_modify(|list| {
            let mut new = list.to_vec();
            change(&mut new);
            new.dedup();
            *list = new.into();
        });
    }
}
