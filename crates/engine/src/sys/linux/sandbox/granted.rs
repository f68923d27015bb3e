//! The files and folders that a run at the level `sandbox` was granted, opened before anything covers them.
//!
//! The most specific grant of a path holds, so a folder for reading inside one for writing is read-only. A program must not move
//! such a folder away and put its own in its place, so the folders between the two become mounts, which cannot be renamed.
//! Landlock alone cannot do that: there the run is refused.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::resolve::{Resolved, resolve};
use crate::sys::Writable;
use crate::sys::linux::protocol::{RunSpec, SandboxSpec};

#[cfg(test)]
mod properties;

/// The access of a run to a granted path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// To read and execute.
    Read,
    /// Anything.
    Write,
    /// Anything, as with the folder around it, but the program cannot rename it.
    Pinned,
    /// As [`Access::Read`], whatever else was granted: the service starts interpreters from it with the user's rights.
    Kept,
}

/// A granted path.
#[derive(Debug)]
pub(crate) struct Grant {
    /// Opened as a path only.
    pub(crate) held: File,
    pub(crate) access: Access,
}

/// All granted paths of a run.
#[derive(Debug, Default)]
pub(crate) struct Granted {
    /// By their paths without links.
    pub(crate) paths: BTreeMap<PathBuf, Grant>,
    /// Links on the way to them, with their targets.
    pub(crate) links: Vec<(PathBuf, PathBuf)>,
    /// Whether parts of a granted folder are closed or read-only, which needs mounts.
    pub(crate) has_exceptions: bool,
}

impl Granted {
    /// Opens the granted paths of `spec`; those that do not exist are left out.
    pub(crate) fn open(spec: &RunSpec) -> Self {
        spec.sandbox.as_ref().map(|sandbox| Self::of(sandbox, &spec.hidden)).unwrap_or_default()
    }

    /// Opens the paths of `sandbox`. Programs cannot move the folders `hidden`.
    pub(crate) fn of(sandbox: &SandboxSpec, hidden: &[PathBuf]) -> Self {
        let folders = places(&sandbox.write, Writable::default());
        let untrusted = Writable { folders: &folders, kept: &[] };
        // Without writable folders, programs can change none of these paths anyway.
        let kept = [&sandbox.interpreter, &sandbox.kept].into_iter().filter(|_| !folders.is_empty());
        let kept: Vec<_> = kept.flat_map(|paths| places(paths, untrusted)).collect();
        let writable = Writable { folders: &folders, kept: &kept };
        let mut granted = Self::default();
        for path in sandbox.read.iter().chain(&sandbox.interpreter) {
            granted.add(path, Access::Read, writable);
        }
        for path in &sandbox.write {
            granted.add(path, Access::Write, writable);
        }
        // Read-only paths in a writable folder are granted once more, as the more specific grant.
        let open: Vec<_> = granted.with(Access::Write).cloned().collect();
        for place in kept.iter().filter(|place| open.iter().any(|folder| place.starts_with(folder))) {
            granted.add_place(place, Access::Kept);
        }
        let hidden = places(hidden, Writable::default());
        granted.has_exceptions = hidden.iter().any(|hidden| granted.overlaps(hidden));
        // No path that is closed to writing may be moved with a folder above it.
        let closed: Vec<_> = granted.with(Access::Read).chain(granted.with(Access::Kept)).cloned().collect();
        closed.iter().chain(&hidden).for_each(|place| granted.pin_above(place));
        granted
    }

    /// Grants `path`; of two grants for the same path the later holds.
    fn add(&mut self, path: &Path, access: Access, writable: Writable<'_>) {
        if let Ok(Resolved { place, held, links }) = resolve(path, writable)
            && !(access == Access::Write && links.iter().any(|(link, _)| writable.contains(link)))
        {
            self.links.extend(links);
            self.paths.insert(place, Grant { held, access });
        }
    }

    /// Grants `place`, which has no links on the way.
    fn add_place(&mut self, place: &Path, access: Access) {
        if let Ok(found) = resolve(place, Writable::default())
            && found.place == place
        {
            self.paths.insert(found.place, Grant { held: found.held, access });
        }
    }

    /// The paths with that access.
    fn with(&self, access: Access) -> impl Iterator<Item = &PathBuf> {
        self.paths.iter().filter(move |(_, grant)| grant.access == access).map(|(place, _)| place)
    }

    fn overlaps(&self, place: &Path) -> bool {
        self.paths.keys().any(|granted| place.starts_with(granted) || granted.starts_with(place))
    }

    /// Whether the program may rename `place` in the folder that it is in, unless it is a mount.
    fn is_movable(&self, place: &Path) -> bool {
        let around = place.ancestors().skip(1).find_map(|folder| self.paths.get(folder));
        around.is_some_and(|grant| matches!(grant.access, Access::Write | Access::Pinned))
    }

    /// Pins the folders above `place` that the program could rename.
    fn pin_above(&mut self, place: &Path) {
        self.has_exceptions |= self.is_movable(place);
        for folder in place.ancestors().skip(1) {
            let is_open = self.paths.get(folder).is_none_or(|grant| grant.access == Access::Write);
            if is_open && self.is_movable(folder) {
                self.add_place(folder, Access::Pinned);
            }
        }
    }
}

/// The existing ones of `paths`, without links.
fn places(paths: &[PathBuf], writable: Writable<'_>) -> Vec<PathBuf> {
    let found = paths.iter().filter_map(|path| resolve(path, writable).ok());
    found.map(|found| found.place).collect()
}
