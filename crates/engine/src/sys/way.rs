//! The way that a path leads through links.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// As in the kernel.
const MOST_LINKS: usize = 40;

/// A file or folder, whatever its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Identity(Inner);

#[cfg(unix)]
type Inner = (u64, u64);
/// The identity of a file is needed for the sandbox, which only Unix has.
#[cfg(not(unix))]
type Inner = PathBuf;

impl Identity {
    /// The file or folder that `path` leads to.
    #[cfg(unix)]
    fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        fs::metadata(path).ok().map(|metadata| Self((metadata.dev(), metadata.ino())))
    }

    #[cfg(not(unix))]
    fn of(path: &Path) -> Option<Self> {
        path.canonicalize().ok().map(Self)
    }
}

/// A path and where it leads.
#[derive(Debug)]
pub(crate) struct Way {
    /// The path as it was named.
    pub(crate) named: PathBuf,
    /// What it leads to, as a path without links.
    pub(crate) target: PathBuf,
    /// The same as a file or folder.
    pub(crate) identity: Identity,
    /// The links that it passes, each as a path without other links.
    pub(crate) links: Vec<PathBuf>,
    /// The folders that it leaves by `..`, as paths without links.
    left: Vec<PathBuf>,
}

impl Way {
    /// The way of an absolute path; `None` if it leads nowhere.
    pub(crate) fn to(path: &Path) -> Option<Self> {
        let (mut target, mut links, mut left) = (PathBuf::new(), Vec::new(), Vec::new());
        let mut ahead = names(path);
        while let Some(name) = ahead.pop() {
            if name == ".." {
                // What does not exist has nothing above it either.
                if !target.is_dir() {
                    return None;
                }
                left.push(target.clone());
                target.pop();
                continue;
            }
            let place = target.join(&name);
            match fs::read_link(&place) {
                Ok(_) if links.len() == MOST_LINKS => return None,
                Ok(link) => {
                    links.push(place);
                    ahead.extend(names(&link));
                }
                Err(_) => target = place,
            }
        }
        let identity = Identity::of(&target)?;
        path.is_absolute().then(|| Self { named: path.to_path_buf(), target, identity, links, left })
    }

    /// Whether one of its links is in one of `folders`, however deep, or the folder that `..` leaves.
    pub(crate) fn has_link_in(&self, folders: &HashSet<Identity>) -> bool {
        let mut turns =
            self.links.iter().filter_map(|link| link.parent()).chain(self.left.iter().map(PathBuf::as_path));
        !folders.is_empty() && turns.any(|turn| leads_through(turn, folders))
    }

    /// Whether it leads to one of `folders`, or into one.
    pub(crate) fn is_in(&self, folders: &HashSet<Identity>) -> bool {
        !folders.is_empty() && leads_through(&self.target, folders)
    }

    /// Whether it leads into one of `folders`.
    pub(crate) fn is_below(&self, folders: &HashSet<Identity>) -> bool {
        self.target.parent().is_some_and(|parent| leads_through(parent, folders))
    }

    /// What it leads to, and the folders above that.
    pub(crate) fn ancestors(&self) -> impl Iterator<Item = Identity> {
        self.target.ancestors().filter_map(Identity::of)
    }
}

/// Whether `path`, which has no links, or a folder above it is one of `folders`.
fn leads_through(path: &Path, folders: &HashSet<Identity>) -> bool {
    path.ancestors().filter_map(Identity::of).any(|identity| folders.contains(&identity))
}

/// The names on a path, the last one first. An absolute path ends with the root folder, which replaces what is before it.
fn names(path: &Path) -> Vec<OsString> {
    let named = path.components().filter(|component| *component != Component::CurDir);
    let mut names: Vec<OsString> = named.map(|component| component.as_os_str().to_owned()).collect();
    names.reverse();
    names
}
