//! The grants of the interpreter and the user in a profile. They mean the same as the mounts of Linux: the most specific grant
//! of a path holds, and an interpreter in a folder for writing is read-only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::resolved_path::ResolvedPath;
use super::rules::{CHANGE, READ, Rules, literal, subpath};
use crate::sys::{Grants, Writable};

/// The access of a run to a granted path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// To read and execute.
    Read,
    /// Anything.
    Write,
}

/// All granted paths of a run.
#[derive(Default)]
pub(super) struct Granted {
    /// By their paths without links, so that a folder comes before its content.
    paths: BTreeMap<PathBuf, (Access, ResolvedPath)>,
}

impl Granted {
    /// The paths of `grants` that exist.
    pub(super) fn of(grants: &Grants) -> Self {
        let folders = places(&grants.write, Writable::default());
        let untrusted = Writable { folders: &folders, kept: &[] };
        let kept = [&grants.interpreter, &grants.kept].map(|paths| places(paths, untrusted)).concat();
        let writable = Writable { folders: &folders, kept: &kept };
        let mut granted = Self::default();
        let read = grants.read.iter().chain(&grants.interpreter);
        read.for_each(|path| granted.add(path, Access::Read, writable));
        grants.write.iter().for_each(|path| granted.add(path, Access::Write, writable));
        let open: Vec<_> = granted.open().cloned().collect();
        for place in kept.iter().filter(|place| open.iter().any(|folder| place.starts_with(folder))) {
            granted.add(place, Access::Read, Writable::default());
        }
        granted
    }

    /// Grants `path`; of two grants for the same path the later holds.
    fn add(&mut self, path: &Path, access: Access, writable: Writable<'_>) {
        let Some(path) = ResolvedPath::of(path, writable) else { return };
        if access == Access::Write && path.links.iter().any(|link| writable.contains(link)) {
            return;
        }
        match self.paths.get_mut(&path.target) {
            Some((known, first)) => {
                *known = access;
                first.links.extend(path.links);
            }
            None => drop(self.paths.insert(path.target.clone(), (access, path))),
        }
    }

    /// Adds the rules. The folders `hidden` are closed, whatever was granted.
    pub(super) fn allow(&self, rules: &mut Rules, hidden: &[PathBuf]) {
        let mut closed = places(hidden, Writable::default());
        for (place, (access, path)) in &self.paths {
            match access {
                Access::Read => rules.allow(&[READ], path),
                Access::Write => rules.allow(&[READ, CHANGE], path),
            }
            let is_in_open = self.open().any(|folder| place.starts_with(folder));
            if *access == Access::Read && is_in_open {
                rules.line(&format!("(deny {CHANGE} {})", subpath(place)));
                closed.push(place.clone());
            }
        }
        // After a move the rules for these paths would no longer match, so no folder above them can be moved.
        let mut above: Vec<&Path> = closed.iter().flat_map(|place| place.ancestors().skip(1)).collect();
        above.sort();
        above.dedup();
        if !above.is_empty() {
            let above: Vec<String> = above.into_iter().map(literal).collect();
            rules.line(&format!("(deny file-write-unlink {})", above.join(" ")));
        }
        for place in places(hidden, Writable::default()) {
            rules.line(&format!("(deny file* process-exec* {})", subpath(&place)));
        }
    }

    /// The paths that were granted for writing.
    fn open(&self) -> impl Iterator<Item = &PathBuf> {
        self.paths.iter().filter(|(_, (access, _))| *access == Access::Write).map(|(place, _)| place)
    }
}

/// The existing ones of `paths`, without links.
fn places(paths: &[PathBuf], writable: Writable<'_>) -> Vec<PathBuf> {
    paths.iter().filter_map(|path| ResolvedPath::of(path, writable)).map(|path| path.target).collect()
}
