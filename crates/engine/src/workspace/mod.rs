//! The runs' folders: one private folder per run, deleted afterwards, also after a crash.
//!
//! Below the configured folder each engine has its own folder, with a lock file beside it that it holds while it lives. A
//! folder without a living owner is stale, and the next engine sweeps it. One thread deletes, off the latency path.
//!
//! `size` measures a folder with `openat`, and `hidden` finds the service's folders wherever a program has moved them.

mod claim;
mod cleaner;
mod hidden;
mod lock;
mod results;
mod size;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) use claim::is_claimed;
pub(crate) use hidden::HiddenFolders;
pub(crate) use size::size;

use claim::Claim;
use cleaner::Cleaner;

use crate::limits::Limits;
use crate::outcome::OutputFile;
use crate::private;
use crate::request::Request;

/// Files in the engine's folder that stop interpreters from searching for such files in the user's folders above, where those
/// are visible.
const STOP_FILES: [&str; 2] = ["package.json", "tsconfig.json"];
/// A file in an engine's folder which says that the engine has had containers.
pub(crate) const CONTAINERS: &str = "containers";
/// The most characters of a path in which Windows starts a program.
const LONGEST_FOLDER: usize = 258;
/// The characters that a program's folder has more than the folder of all runs: `\ENGINE00\RUN00000\work`.
const BELOW: usize = 23;
/// A program up to this size is compared without a blocking thread.
const QUICK_BYTES: usize = 64 << 10;

/// The number of characters by which `base` is too long to run programs below it on Windows, if it is.
pub(crate) fn excess(base: &Path) -> Option<usize> {
    let length = base.to_string_lossy().encode_utf16().count() + BELOW;
    length.checked_sub(LONGEST_FOLDER).filter(|excess| *excess > 0)
}

/// An engine's folder, with the folders of its runs. Dropping the last handle deletes it.
#[derive(Clone)]
pub(crate) struct Workspaces(Arc<Inner>);

struct Inner {
    cleaner: Cleaner,
    claim: Claim,
    /// Whether an engine that had containers died.
    left_containers: bool,
}

impl Workspaces {
    /// Claims a folder below `base`, which is created if missing, and starts sweeping stale ones.
    pub(crate) fn open(base: &Path) -> io::Result<Self> {
        private::folder(base).map_err(|error| claim::at(base, &error))?;
        private::keep_all(base);
        let (claim, stale) = Claim::take(base)?;
        write_stop_files(claim.folder())?;
        let cleaner = Cleaner::start()?;
        let left_containers = stale.iter().any(|folder| folder.join(CONTAINERS).exists());
        stale.into_iter().for_each(|folder| cleaner.delete(folder));
        Ok(Self(Arc::new(Inner { cleaner, claim, left_containers })))
    }

    /// The engine's folder, which contains the runs' folders.
    pub(crate) fn shared(&self) -> &Path {
        self.0.claim.folder()
    }

    /// Whether an engine that had containers left its folder behind.
    pub(crate) fn left_containers(&self) -> bool {
        self.0.left_containers
    }

    /// Creates a run's folder with the program, as `entry`, and its files. Leaves nothing behind on failure.
    pub(crate) fn create(&self, request: &Request, entry: &str) -> io::Result<Workspace> {
        let workspace = self.reserve(entry)?;
        workspace.fill(request)?;
        Ok(workspace)
    }

    /// Creates a run's folder for a program that is not known yet; its file will be `entry`.
    pub(crate) fn reserve(&self, entry: &str) -> io::Result<Workspace> {
        let root = self.0.claim.folder().join(claim::short_name());
        // Registered first, so that the cleaner never takes it for a stray folder.
        self.0.cleaner.expect(&root);
        private::new_folder(&root).or_else(|error| self.restore(error).and_then(|()| private::new_folder(&root)))?;
        let mut workspace = Workspace { root, entry: entry.to_owned(), identity: None, owner: Arc::clone(&self.0) };
        private::new_folder(&workspace.folder())?;
        fs::create_dir(workspace.temporary())?;
        workspace.identity = identity(&workspace.folder());
        Ok(workspace)
    }
}

impl Workspaces {
    /// Creates the engine's folder again if a program moved a folder above it away.
    fn restore(&self, error: io::Error) -> io::Result<()> {
        let folder = self.shared();
        if error.kind() != io::ErrorKind::NotFound || folder.exists() {
            return Err(error);
        }
        tracing::warn!(folder = %folder.display(), "the runs' folder is gone; it is made again");
        self.0.claim.restore()?;
        write_stop_files(folder)
    }
}

fn write_stop_files(folder: &Path) -> io::Result<()> {
    let write =
        |name| private::open(&folder.join(name), File::options().write(true).create_new(true))?.write_all(b"{}\n");
    STOP_FILES.into_iter().try_for_each(write)
}

/// A run's folder. Dropping it deletes the folder, which must not happen before the run's processes are gone.
pub(crate) struct Workspace {
    root: PathBuf,
    entry: String,
    /// Identifies the working folder, so that a replacement made by the program is noticed.
    identity: Option<u64>,
    owner: Arc<Inner>,
}

impl Workspace {
    /// The working folder, with the program's files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.join("work")
    }

    /// The folder for temporary files.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    /// The name of the program's own file.
    pub(crate) fn entry(&self) -> &str {
        &self.entry
    }

    /// The path of the program's own file.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder().join(&self.entry)
    }

    /// The files that the run created or changed, compared with the files of `request`.
    pub(crate) fn results(&self, request: &Request, limits: &Limits) -> Vec<OutputFile> {
        if !self.is_ours() {
            tracing::warn!("a program put something else in the place of its folder; its files are left out");
            return Vec::new();
        }
        results::collect(&self.folder(), &results::given(request, &self.entry), limits)
    }

    /// Whether the folder contains only the program's unchanged file. Most runs end so, and it is quick to check.
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

    /// Whether the working folder contains only the files from before the program was known.
    pub(crate) fn is_pristine(&self) -> bool {
        let mut entries = fs::read_dir(self.folder()).into_iter().flatten().flatten();
        self.is_ours() && entries.all(|entry| cfg!(unix) && entry.file_name() == *self.entry)
    }

    /// Whether the working folder is still the original one.
    fn is_ours(&self) -> bool {
        identity(&self.folder()) == self.identity
    }

    /// The run's folder, which contains all others.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Writes the program and its files into a folder made by `reserve`. The program's file appears atomically, and replaces a
    /// barrier at its path.
    pub(crate) fn fill(&self, request: &Request) -> io::Result<()> {
        let folder = self.folder();
        for file in request.files() {
            let path = file.path.below(&folder);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            write_new(&path, &file.content)?;
        }
        // Written outside the working folder, then renamed, so that the interpreter never reads half a file.
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

/// Writes a file where nothing exists, not even a link.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    File::create_new(path)?.write_all(content)
}

/// The inode number of a folder; `None` if it is no folder, for example a link to one.
#[cfg(unix)]
fn identity(folder: &Path) -> Option<u64> {
    fs::symlink_metadata(folder)
        .ok()
        .filter(fs::Metadata::is_dir)
        .map(|found| std::os::unix::fs::MetadataExt::ino(&found))
}

/// Windows does not let a folder be moved while a program runs in it. A link in its place is no folder.
#[cfg(not(unix))]
fn identity(folder: &Path) -> Option<u64> {
    fs::symlink_metadata(folder).ok().filter(fs::Metadata::is_dir).map(|_| 0)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
