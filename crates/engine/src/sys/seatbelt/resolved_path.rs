//! A path with its links resolved.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::sys::Writable;

/// As in the kernel.
const MOST_LINKS: usize = 32;

/// The target of a path, and the links on the way to it.
#[derive(Debug)]
pub(super) struct ResolvedPath {
    /// The target, as a path without links.
    pub(super) target: PathBuf,
    /// The links that it passes, each as a path without other links.
    pub(super) links: Vec<PathBuf>,
}

impl ResolvedPath {
    /// Resolves an absolute path; `None` if it leads nowhere, or a link in one of the folders of `writable` leads out of that
    /// folder.
    pub(super) fn of(path: &Path, writable: Writable<'_>) -> Option<Self> {
        let (mut target, mut links, mut bounds) = (PathBuf::new(), Vec::new(), Vec::new());
        let mut ahead = names(path);
        while let Some(name) = ahead.pop() {
            if name == ".." {
                // A file that does not exist has no folder above it either.
                if !target.is_dir() {
                    return None;
                }
                target.pop();
                continue;
            }
            let place = target.join(&name);
            match fs::read_link(&place) {
                Ok(_) if links.len() == MOST_LINKS => return None,
                Ok(link) => {
                    // A link: its target is resolved next, before the rest of the path.
                    target = target.canonicalize().ok()?;
                    bounds.extend(writable.around(&target.join(&name)));
                    links.push(target.join(&name));
                    ahead.extend(names(&link));
                }
                Err(_) => target = place,
            }
        }
        // A disk may not tell upper from lower case, but a profile does.
        let target = target.canonicalize().ok()?;
        let stays = bounds.iter().all(|bound: &&PathBuf| target.starts_with(bound));
        (path.is_absolute() && stays).then_some(Self { target, links })
    }
}

/// The names on a path, the last one first. An absolute path ends with the root folder, which replaces the path before it.
fn names(path: &Path) -> Vec<OsString> {
    let named = path.components().filter(|component| *component != Component::CurDir);
    let mut names: Vec<OsString> = named.map(|component| component.as_os_str().to_owned()).collect();
    names.reverse();
    names
}
