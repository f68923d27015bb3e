//! The cache folder, which outlives the clone.
//!
//! Build output, fetched tools and the Wine prefix live in it, so that a fresh clone on the same machine is quick. It may
//! be deleted at any time.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The cache folder.
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The folder of this user, made if missing: `$RUNTRAY_CACHE`, else `runtray-xtask` in the user's cache folder.
    ///
    /// # Errors
    /// The home folder is unknown, or the cache folder cannot be made.
    pub(crate) fn open() -> Result<Self> {
        let folder = place().context("cannot tell where to keep build output: set RUNTRAY_CACHE to a folder")?;
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self { folder })
    }

    /// The path of `name` in the cache.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }

    /// Waits until no other test run uses the cache, and locks it until the returned file is dropped or the process ends.
    ///
    /// # Errors
    /// The lock file cannot be made or locked.
    pub(crate) fn lock(&self) -> Result<File> {
        let file = File::create(self.path("lock")).context("cannot make the cache's lock file")?;
        if file.try_lock().is_err() {
            eprintln!("xtask: waiting for another `cargo xtask test` to end");
            file.lock().context("cannot lock the cache")?;
        }
        Ok(file)
    }
}

fn place() -> Option<PathBuf> {
    if let Some(folder) = folder_in("RUNTRAY_CACHE") {
        return Some(folder);
    }
    let base = folder_in("XDG_CACHE_HOME")
        .or_else(|| folder_in("LOCALAPPDATA"))
        .or_else(|| folder_in("HOME").map(|home| home.join(".cache")))?;
    Some(base.join("runtray-xtask"))
}

/// The absolute path in an environment variable. A relative one is ignored: it would change with the current folder.
fn folder_in(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
}
