//! Detects changes of files and folders.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::Duration;
use std::time::SystemTime;

/// The state of several files and folders, including missing ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint(Vec<Option<FileState>>);

/// The state of one file or folder. The state of a folder covers the names in it, not their content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileState {
    modified: Option<SystemTime>,
    /// The last change of content or metadata (`ctime`), where the system has it.
    changed: Option<SystemTime>,
    bytes: u64,
    /// The inode number, by which a file differs from its replacement.
    number: u64,
}

impl Fingerprint {
    /// Of `paths`, symbolic links followed.
    pub(crate) fn of(paths: &[PathBuf]) -> Self {
        Self(paths.iter().map(|path| FileState::of(path)).collect())
    }

    /// Whether everything that exists was last changed before `time`.
    pub(crate) fn is_older_than(&self, time: SystemTime) -> bool {
        self.0.iter().flatten().all(|state| state.changed.is_some_and(|changed| changed < time))
    }
}

impl FileState {
    /// Of the file or folder at `path`, a symbolic link followed.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let found = fs::metadata(path).ok()?;
        let (changed, number) = identity(&found);
        Some(Self { modified: found.modified().ok(), changed, bytes: found.len(), number })
    }
}

#[cfg(unix)]
fn identity(file: &Metadata) -> (Option<SystemTime>, u64) {
    use std::os::unix::fs::MetadataExt;
    let since = (u64::try_from(file.ctime()), u32::try_from(file.ctime_nsec()));
    let since = if let (Ok(seconds), Ok(rest)) = since { Some(Duration::new(seconds, rest)) } else { None };
    (since.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since)), file.ino())
}

#[cfg(not(unix))]
fn identity(file: &Metadata) -> (Option<SystemTime>, u64) {
    (file.modified().ok(), 0)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Fingerprint;

    #[test]
    fn every_change_of_a_file_or_a_folder_shows() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let watched = [path("python"), path("site"), path("site/a.pth"), path("missing")];
        let mut before = Fingerprint::of(&watched);
        let mut check = |what: &str| {
            let after = Fingerprint::of(&watched);
            assert_ne!(after, before, "{what}");
            assert_eq!(Fingerprint::of(&watched), after, "{what}, and nothing since");
            before = after;
        };
        fs::write(path("python"), "one").expect("a file");
        check("a file appears");
        fs::write(path("other"), "two").expect("a file");
        fs::rename(path("other"), path("python")).expect("a replaced file");
        check("a file of the same size takes its place");
        fs::create_dir(path("site")).expect("a folder");
        check("a folder appears");
        fs::write(path("site/a.pth"), "/one").expect("a file");
        check("a file appears in a folder");
        fs::write(path("site/a.pth"), "/three").expect("a file");
        check("a file is written anew");
        fs::write(path("site/b"), "").expect("a file");
        check("another file appears in a folder");
        fs::remove_file(path("site/b")).expect("a removed file");
        check("a file goes from a folder");
        fs::remove_dir_all(path("site")).expect("a removed folder");
        check("a folder goes");
        fs::remove_file(path("python")).expect("a removed file");
        check("a file goes");
    }
}
