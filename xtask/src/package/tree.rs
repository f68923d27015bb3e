//! The tree of files that a package is made of, in a folder of the cache.

use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use super::Packaging;
use crate::step::once;

/// The mode of a file that is not run, and of one that is.
const DATA: u32 = 0o644;
const PROGRAM: u32 = 0o755;

/// A tree that is being made.
pub(super) struct Tree {
    folder: PathBuf,
    time: u64,
}

impl Tree {
    /// An empty tree.
    ///
    /// # Errors
    /// The folder cannot be emptied or made.
    pub(super) fn new(packaging: &Packaging<'_>, name: &str) -> Result<Self> {
        let folder = packaging.work(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { folder, time: packaging.time })
    }

    /// The folder of the tree.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds a program.
    ///
    /// # Errors
    /// The program cannot be copied.
    pub(super) fn program(&self, from: &Path, to: &str) -> Result<()> {
        self.copy(from, to, PROGRAM)
    }

    /// Adds a file that is not run.
    ///
    /// # Errors
    /// The file cannot be copied.
    pub(super) fn file(&self, from: &Path, to: &str) -> Result<()> {
        self.copy(from, to, DATA)
    }

    /// Adds a file with this text.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn text(&self, text: impl AsRef<[u8]>, to: &str) -> Result<()> {
        let to = self.place(to)?;
        fs::write(&to, text).with_context(|| format!("cannot write {}", to.display()))?;
        set_mode(&to, DATA)
    }

    /// Adds the files of a folder that has no folders.
    ///
    /// # Errors
    /// A file cannot be copied.
    pub(super) fn flat_folder(&self, from: &Path, to: &str) -> Result<()> {
        for entry in fs::read_dir(from).with_context(|| format!("cannot list {}", from.display()))? {
            let entry = entry?;
            if entry.path().is_file() {
                self.file(&entry.path(), &format!("{to}/{}", entry.file_name().to_string_lossy()))?;
            }
        }
        Ok(())
    }

    fn copy(&self, from: &Path, to: &str, mode: u32) -> Result<()> {
        let to = self.place(to)?;
        fs::copy(from, &to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
        set_mode(&to, mode)
    }

    fn place(&self, to: &str) -> Result<PathBuf> {
        let to = self.folder.join(to);
        let parent = to.parent().unwrap_or(&self.folder);
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        Ok(to)
    }

    /// The files by their paths in the tree, sorted.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub(super) fn files(&self) -> Result<Vec<String>> {
        let mut files = Vec::new();
        walk(&self.folder, &mut |path| {
            if !path.is_dir() {
                files.push(path.strip_prefix(&self.folder).unwrap_or(path).to_string_lossy().into_owned());
            }
            Ok(())
        })?;
        files.sort();
        Ok(files)
    }

    /// The size of all files in KiB, each rounded up as a disk does.
    ///
    /// # Errors
    /// A file cannot be read.
    pub(super) fn kib(&self) -> Result<u64> {
        let sizes =
            self.files()?.into_iter().map(|file| Ok(fs::metadata(self.folder.join(file))?.len().div_ceil(1024)));
        sizes.sum()
    }

    /// Gives all files and folders the time of the packages, and makes `package` by `make`, unless the package was made of
    /// the same tree with the same `recipe` already.
    ///
    /// # Errors
    /// A file cannot be read, or `make` fails.
    pub(super) fn pack(&self, package: &Path, recipe: &[u8], make: impl FnOnce() -> Result<()>) -> Result<()> {
        self.set_times()?;
        // Several packages may be made of one tree.
        let stamp = format!("{}.stamp", package.file_name().unwrap_or_default().display());
        let stamp = self.folder.with_file_name(stamp);
        if !package.exists() {
            fs::remove_file(&stamp).ok();
        }
        once(&stamp, &format!("{}\n{}", package.display(), self.digest(recipe)?), || {
            eprintln!("making {}", package.display());
            make()
        })
    }

    fn set_times(&self) -> Result<()> {
        let time = UNIX_EPOCH + Duration::from_secs(self.time);
        walk(&self.folder, &mut |path| {
            let times = FileTimes::new().set_accessed(time).set_modified(time);
            File::open(path)?.set_times(times).with_context(|| format!("cannot set the time of {}", path.display()))
        })
    }

    fn digest(&self, recipe: &[u8]) -> Result<String> {
        let mut digest = Sha256::new();
        digest.update(self.time.to_le_bytes());
        digest.update(recipe);
        for file in self.files()? {
            digest.update(&file);
            digest.update(Sha256::digest(fs::read(self.folder.join(&file))?));
        }
        Ok(format!("{:x}", digest.finalize()))
    }
}

/// Visits everything below a folder, and the folder last.
fn walk(folder: &Path, visit: &mut impl FnMut(&Path) -> Result<()>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { walk(&path, visit)? } else { visit(&path)? }
    }
    visit(folder)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .with_context(|| format!("cannot set {}", path.display()))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> Result<()> {
    Ok(())
}
