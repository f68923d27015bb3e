//! The files that lead a Python to the folders that it imports from.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::fingerprint::Fingerprint;

/// The files, with their state; `None` if no such files are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Watched(Option<(Vec<PathBuf>, Fingerprint)>);

impl Watched {
    /// The folders `libraries`, the files in them that name further folders, and the settings of environments in `prefixes`.
    pub(super) fn of(libraries: &[PathBuf], prefixes: &[PathBuf]) -> Self {
        let names_folders = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "pth");
        let entries = |folder: &PathBuf| {
            let entries = folder.read_dir().into_iter().flatten().flatten();
            entries.map(|entry| entry.path()).filter(names_folders).collect::<Vec<_>>()
        };
        let mut paths: Vec<_> = libraries.iter().flat_map(entries).collect();
        paths.extend(libraries.iter().cloned());
        paths.extend(prefixes.iter().map(|prefix| prefix.join("pyvenv.cfg")));
        let state = Fingerprint::of(&paths);
        Self(Some((paths, state)))
    }

    /// Whether nothing has changed.
    pub(super) fn is_current(&self) -> bool {
        self.0.as_ref().is_none_or(|(paths, state)| Fingerprint::of(paths) == *state)
    }

    /// Whether everything was last changed before `time`.
    pub(super) fn is_older_than(&self, time: SystemTime) -> bool {
        self.0.as_ref().is_none_or(|(_, state)| state.is_older_than(time))
    }
}
