//! The kernels: reservations without a process or variables.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ulid::Ulid;

/// The most kernels at once. Clients that leave without deleting theirs lose the oldest.
const MOST: usize = 256;

/// All kernels, oldest first. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kernels(Arc<Mutex<VecDeque<Kernel>>>);

#[derive(Debug, Clone)]
struct Kernel {
    id: String,
    language: String,
}

impl Kernels {
    /// The id of a new kernel.
    pub(super) fn create(&self, language: String) -> String {
        let id = Ulid::generate().to_string().to_lowercase();
        let mut kernels = self.lock();
        if kernels.len() >= MOST {
            kernels.pop_front();
        }
        kernels.push_back(Kernel { id: id.clone(), language });
        id
    }

    /// The language of a kernel.
    pub(super) fn language(&self, id: &str) -> Option<String> {
        self.lock().iter().find(|kernel| kernel.id == id).map(|kernel| kernel.language.clone())
    }

    /// Deletes a kernel; `false` if there is none of that id.
    pub(super) fn delete(&self, id: &str) -> bool {
        let mut kernels = self.lock();
        let before = kernels.len();
        kernels.retain(|kernel| kernel.id != id);
        kernels.len() < before
    }

    /// Each change is one step, so a panic elsewhere leaves nothing half-done.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Kernel>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Kernels, MOST};

    #[test]
    fn abandoned_kernels_are_bounded() {
        let kernels = Kernels::default();
        let first = kernels.create("python".into());
        let second = kernels.create("javascript".into());
        for _ in 2..=MOST {
            kernels.create("python".into());
        }
        assert_eq!((kernels.language(&first), kernels.language(&second)), (None, Some("javascript".into())));
        assert!(kernels.delete(&second) && !kernels.delete(&second));
    }
}
