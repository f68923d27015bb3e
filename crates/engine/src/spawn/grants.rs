//! The paths that a program at the level `sandbox` is granted: its interpreter's trees, and the user's folders.
//!
//! A sandbox grants the target of a link, so links are followed here first. The trees come from an interpreter's report, which
//! must open neither the home, nor a folder above it, nor the service's folders. In a folder that a program may write to it can
//! replace anything by a link, for the programs after it. So a path in such a folder, or with a link in one, is left out: the
//! folder itself is granted anyway.

#[cfg(all(test, unix))]
mod tests;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::isolation::Policy;
use crate::sys::{Grants, Identity, Way};

/// The paths to grant, each as it was named. `home` is the user's, `hidden` are the service's folders. Paths that do not exist
/// are left out.
pub(super) fn of(trees: &[PathBuf], policy: &Policy, home: Option<&Path>, hidden: &[PathBuf]) -> Grants {
    let write = distinct(&policy.write);
    let writable: HashSet<Identity> = write.iter().map(|way| way.identity.clone()).collect();
    let ways = |paths: &[PathBuf]| -> Vec<Way> {
        let found = paths.iter().filter_map(|path| Way::to(path));
        found.filter(|way| !way.has_link_in(&writable) && !way.is_in(&writable)).collect()
    };
    let closed = Closed::of(home, hidden);
    let trees = ways(trees).into_iter().filter(|way| !closed.has(way));
    let read = trees.chain(ways(&policy.read)).map(|way| way.named).collect();
    Grants { read, write: write.into_iter().map(|way| way.named).collect() }
}

/// The ways to `folders` that no program which may write to them can lead elsewhere.
fn distinct(folders: &[PathBuf]) -> Vec<Way> {
    let mut ways: Vec<Way> = folders.iter().filter_map(|folder| Way::to(folder)).collect();
    let all: HashSet<Identity> = ways.iter().map(|way| way.identity.clone()).collect();
    ways.retain(|way| !way.has_link_in(&all));
    let mut rest: HashSet<Identity> = ways.iter().map(|way| way.identity.clone()).collect();
    ways.retain(|way| !way.is_below(&rest));
    // The first of several ways to one folder.
    ways.retain(|way| rest.remove(&way.identity));
    ways
}

/// What no interpreter's report opens.
struct Closed {
    /// The service's folders.
    hidden: HashSet<Identity>,
    /// The home, and the folders above it and above those of the service.
    above: HashSet<Identity>,
}

impl Closed {
    fn of(home: Option<&Path>, hidden: &[PathBuf]) -> Self {
        let hidden: Vec<Way> = hidden.iter().filter_map(|folder| Way::to(folder)).collect();
        let home = home.and_then(Way::to);
        let above = hidden.iter().chain(&home).flat_map(Way::ancestors).collect();
        Self { hidden: hidden.into_iter().map(|way| way.identity).collect(), above }
    }

    /// Whether a way leads to one of the service's folders or into it, to the home, or to a folder above these.
    fn has(&self, way: &Way) -> bool {
        way.is_in(&self.hidden) || self.above.contains(&way.identity)
    }
}
