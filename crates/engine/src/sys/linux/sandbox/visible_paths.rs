//! The entries of the machine's `/tmp` and `/var/tmp` that a run can still see.
//!
//! An interpreter or the user's home may lie there. The entry that contains a path of the command line, `PATH` or `HOME` is
//! mounted as a whole at its place in the run's private folders. A request chooses such paths too, so a run at the level
//! `sandbox` sees none of these entries: it has a root folder of its own, in which granted paths are mounted exactly.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use super::bind_mount::{TEMPORARY, bind, hold};
use crate::sys::linux::protocol::RunSpec;

/// The most links that are followed from a program, as in the kernel.
const MOST_LINKS: usize = 40;
const NAMES: [&str; 2] = ["PATH", "HOME"];

/// The visible entries, opened before their paths are covered.
pub(crate) struct VisiblePaths(Vec<Entry>);

struct Entry {
    place: PathBuf,
    held: File,
    /// The target, if the entry is a link.
    target: Option<PathBuf>,
}

impl VisiblePaths {
    /// The entries of `folders` that `spec` names; none at the level `sandbox`.
    pub(crate) fn of(spec: &RunSpec, folders: &[PathBuf]) -> Self {
        if spec.sandbox.is_some() {
            return Self(Vec::new());
        }
        let mut named = chain(&spec.program);
        named.extend(spec.args.iter().map(PathBuf::from));
        let variables = spec.env.iter().filter(|(name, _)| NAMES.iter().any(|it| name == it));
        named.extend(variables.flat_map(|(_, value)| std::env::split_paths(value).collect::<Vec<_>>()));
        named.retain(|path| !path.starts_with(&spec.root));
        let mut found: Vec<PathBuf> = named.iter().filter_map(|path| right_below(path, folders)).collect();
        found.sort();
        found.dedup();
        let hold = |place: PathBuf| {
            let (held, target) = (hold(&place).ok()?, fs::read_link(&place).ok());
            Some(Entry { place, held, target })
        };
        Self(found.into_iter().filter_map(hold).collect())
    }

    /// Mounts the entries at their places.
    pub(crate) fn show(&self) -> io::Result<()> {
        self.0.iter().try_for_each(Entry::show)
    }
}

impl Entry {
    fn show(&self) -> io::Result<()> {
        if let Some(target) = &self.target {
            return symlink(target, &self.place);
        }
        if self.held.metadata()?.is_dir() {
            DirBuilder::new().mode(0o700).create(&self.place)?;
        } else {
            File::options().write(true).create_new(true).mode(0o600).open(&self.place)?;
        }
        bind(&self.held, &self.place)
    }
}

/// A program's path and the targets of its links, one by one.
fn chain(program: &Path) -> Vec<PathBuf> {
    let mut paths = vec![program.to_path_buf()];
    while let Some(path) = paths.last()
        && paths.len() < MOST_LINKS
        && let Ok(target) = fs::read_link(path)
    {
        let target = path.parent().unwrap_or(Path::new("/")).join(target);
        paths.push(target);
    }
    paths.extend(fs::canonicalize(program));
    paths
}

/// The entry of one of `folders`, or of a link to one, that contains `path`.
fn right_below(path: &Path, folders: &[PathBuf]) -> Option<PathBuf> {
    let folders = folders.iter().map(PathBuf::as_path).chain(TEMPORARY.iter().map(Path::new));
    let (place, rest) = folders.filter_map(|place| Some((place, path.strip_prefix(place).ok()?))).next()?;
    match rest.components().next()? {
        Component::Normal(name) => Some(fs::canonicalize(place).ok()?.join(name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::right_below;

    #[test]
    fn what_lies_in_a_folder_for_temporary_files_is_kept_as_a_whole() {
        let folders = [PathBuf::from("/var/tmp"), PathBuf::from("/tmp")];
        for (path, expected) in [
            ("/tmp/venv/bin/python", Some("/tmp/venv")),
            ("/var/tmp/a", Some("/var/tmp/a")),
            ("/tmp", None),
            ("/tmp/", None),
            ("/tmp/../etc/passwd", None),
            ("/tmpfs/a", None),
            ("/usr/bin/python3", None),
            ("tmp/a", None),
            ("", None),
        ] {
            assert_eq!(right_below(Path::new(path), &folders), expected.map(PathBuf::from), "{path}");
        }
    }
}
