//! The runs' folders: one private folder a run, deleted afterwards, also after a crash.
//!
//! Below the configured folder each engine has a folder of its own and holds a lock beside it as long as it lives; what has no
//! living owner is stale and is swept when the next engine starts. Deleting happens on one thread, off the way of answers.

mod claim;
mod cleaner;
mod lock;
mod results;
mod size;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use size::size;

use claim::Claim;
use cleaner::Cleaner;

use crate::limits::Limits;
use crate::outcome::OutputFile;
use crate::private;
use crate::request::Request;

/// Files in the engine's folder, which keep interpreters from reading files of these names in the user's folders above it where
/// those are in sight.
const STOP_FILES: [&str; 2] = ["package.json", "tsconfig.json"];
/// A program of at most this size is compared without asking another thread to.
const QUICK_BYTES: usize = 64 << 10;

/// The folder of one engine, in which its runs have theirs. Dropping the last handle deletes it.
#[derive(Clone)]
pub(crate) struct Workspaces(Arc<Inner>);

struct Inner {
    cleaner: Cleaner,
    claim: Claim,
}

impl Workspaces {
    /// Claims a folder below `base`, which is made if missing, and starts sweeping what dead engines left there.
    pub(crate) fn open(base: &Path) -> io::Result<Self> {
        private::folder(base).map_err(|error| claim::at(base, &error))?;
        let (claim, stale) = Claim::take(base)?;
        for name in STOP_FILES {
            write_new(&claim.folder().join(name), b"{}\n")?;
        }
        let cleaner = Cleaner::start()?;
        stale.into_iter().for_each(|folder| cleaner.delete(folder));
        Ok(Self(Arc::new(Inner { cleaner, claim })))
    }

    /// The folder that the runs' folders are in, private to this engine.
    pub(crate) fn shared(&self) -> &Path {
        self.0.claim.folder()
    }

    /// Makes a run's folder and puts the program, as `entry`, and its files there. Nothing is left behind when that fails.
    pub(crate) fn create(&self, request: &Request, entry: &str) -> io::Result<Workspace> {
        let workspace = self.reserve(entry)?;
        workspace.fill(request)?;
        Ok(workspace)
    }

    /// Makes a run's folder ahead of its program, which will be `entry`.
    pub(crate) fn reserve(&self, entry: &str) -> io::Result<Workspace> {
        let root = self.0.claim.folder().join(claim::short_name());
        // First: whoever sweeps must know it.
        self.0.cleaner.expect(&root);
        private::new_folder(&root)?;
        let mut workspace = Workspace { root, entry: entry.to_owned(), identity: None, owner: Arc::clone(&self.0) };
        private::new_folder(&workspace.folder())?;
        fs::create_dir(workspace.temporary())?;
        workspace.identity = identity(&workspace.folder());
        Ok(workspace)
    }
}

/// The folder of one run. Dropping it has it deleted, which must not happen before the run's processes are gone.
pub(crate) struct Workspace {
    root: PathBuf,
    entry: String,
    /// What tells the folder of its files from another that the program put in its place.
    identity: Option<u64>,
    owner: Arc<Inner>,
}

impl Workspace {
    /// Where the program starts and its files lie.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.join("work")
    }

    /// Where its temporary files go.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The name of the program's own file.
    pub(crate) fn entry(&self) -> &str {
        &self.entry
    }

    /// Where the program's own file is.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder().join(&self.entry)
    }

    /// What the run created or changed, compared with what `request` put there.
    pub(crate) fn results(&self, request: &Request, limits: &Limits) -> Vec<OutputFile> {
        if !self.is_ours() {
            tracing::warn!("a program put something else in the place of its folder; its files are left out");
            return Vec::new();
        }
        results::collect(&self.folder(), &results::given(request, &self.entry), limits)
    }

    /// Whether the folder holds the program's file, as it was given, and nothing else: what most runs leave, and quick to see.
    pub(crate) fn is_untouched(&self, request: &Request) -> bool {
        if !self.is_ours() {
            return false;
        }
        let code = request.source();
        let mut entries = fs::read_dir(self.folder()).into_iter().flatten().flatten();
        let only = entries.next().filter(|entry| entry.file_name() == *self.entry && entries.next().is_none());
        let size = |entry: &fs::DirEntry| entry.metadata().ok().filter(fs::Metadata::is_file).map(|file| file.len());
        code.len() <= QUICK_BYTES
            && only.is_some_and(|entry| {
                size(&entry).is_some_and(|size| results::is_unchanged(&entry.path(), size, Some(code)))
            })
    }

    /// Whether nobody has put anything into the folder of its files but what was to be there ahead of the program.
    pub(crate) fn is_pristine(&self) -> bool {
        let mut entries = fs::read_dir(self.folder()).into_iter().flatten().flatten();
        self.is_ours() && entries.all(|entry| cfg!(unix) && entry.file_name() == *self.entry)
    }

    /// Whether the folder of its files is still the one that was made for it.
    fn is_ours(&self) -> bool {
        identity(&self.folder()) == self.identity
    }

    /// The folder in which everything of the run lies.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Puts the program and its files into a folder that was made ahead. The program's file appears as a whole, in place of what
    /// holds an interpreter there.
    pub(crate) fn fill(&self, request: &Request) -> io::Result<()> {
        let folder = self.folder();
        for file in request.files() {
            let path = file.path.below(&folder);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            write_new(&path, &file.content)?;
        }
        let written = self.root.join(&self.entry);
        write_new(&written, request.source())?;
        fs::rename(written, self.program())
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.owner.cleaner.delete(std::mem::take(&mut self.root));
    }
}

/// Makes a private folder where none is, so that it can be hidden before anything is in it. One that cannot be made holds nothing.
pub(crate) fn ensure_hidden_folder(folder: &Path) {
    if !folder.exists()
        && let Err(error) = private::folder(folder)
    {
        tracing::debug!(%error, folder = %folder.display(), "a folder to be hidden cannot be made");
    }
}

/// Writes a file where none is, nor a link.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    File::create_new(path)?.write_all(content)
}

/// What a folder has that no other has; `None` for what is no folder, such as a link to one.
#[cfg(unix)]
fn identity(folder: &Path) -> Option<u64> {
    fs::symlink_metadata(folder)
        .ok()
        .filter(fs::Metadata::is_dir)
        .map(|found| std::os::unix::fs::MetadataExt::ino(&found))
}

/// Windows keeps a folder from being moved while a program runs in it; a link in its place is no folder.
#[cfg(not(unix))]
fn identity(folder: &Path) -> Option<u64> {
    fs::symlink_metadata(folder).ok().filter(fs::Metadata::is_dir).map(|_| 0)
}

#[cfg(test)]
mod tests;
