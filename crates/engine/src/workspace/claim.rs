//! Claims a folder for one engine, and finds folders without an owner.

use std::ffi::OsStr;
use std::fs::{self, DirEntry, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ulid::{ULID_LEN, Ulid};

use super::{cleaner, lock};
use crate::private;

/// Older versions lock this file too, so its name stays.
const CLAIM_LOCK: &str = "gate";
const LOCK: &str = "lock";
const STALE: &str = "stale";

/// The engine's folder while this lives: `<id>`, with the locked file `<id>.lock` beside it.
pub(super) struct Claim {
    folder: PathBuf,
    lock: PathBuf,
    held: Mutex<File>,
}

impl Claim {
    /// Claims a new folder below `base`. Also returns the entries without a living owner, renamed so that no other engine takes
    /// them. Entries that cannot be renamed are left there, with a warning.
    ///
    /// # Errors
    /// The file or folder that could not be created.
    pub(super) fn take(base: &Path) -> io::Result<(Self, Vec<PathBuf>)> {
        let claim_lock = base.join(CLAIM_LOCK);
        let _claim_lock = pass(&claim_lock).map_err(|error| at(&claim_lock, &error))?;
        let stale = set_aside(base).map_err(|error| at(base, &error))?;
        let folder = base.join(short_name());
        let lock = folder.with_extension(LOCK);
        let held = lock_new(&lock).map_err(|error| at(&lock, &error))?;
        private::new_folder(&folder).map_err(|error| at(&folder, &error))?;
        Ok((Self { folder, lock, held: Mutex::new(held) }, stale))
    }

    /// Creates the folder and its lock again.
    pub(super) fn restore(&self) -> io::Result<()> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(base) = self.folder.parent() {
            private::folder(base)?;
        }
        match lock_new(&self.lock) {
            Ok(new) => *held = new,
            // It is still there, and held.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        private::folder(&self.folder)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let removed = cleaner::remove(&self.folder).and_then(|()| fs::remove_file(&self.lock));
        if let Err(error) = removed {
            tracing::warn!(%error, folder = %self.folder.display(), "could not delete the runs' folder; the next start will");
        }
    }
}

/// Whether the engine with that folder lives.
pub(crate) fn is_claimed(folder: &Path) -> bool {
    lock::is_held(&folder.with_extension(LOCK))
}

/// Eight random characters. Short, because programs put sockets below, whose paths may have 107 bytes in all.
pub(super) fn short_name() -> String {
    Ulid::generate().to_string().split_off(ULID_LEN - 8)
}

/// `error` with its path.
pub(super) fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Takes the lock that guards claims, waiting for other engines. If a program put something else in its place, that is renamed.
fn pass(claim_lock: &Path) -> io::Result<File> {
    let file = match lock::open(claim_lock, true) {
        Ok(file) => file,
        Err(error) => {
            tracing::warn!(%error, path = %claim_lock.display(), "something else lies in the place of a lock; it is set aside");
            fs::rename(claim_lock, aside(claim_lock))?;
            lock::open(claim_lock, true)?
        }
    };
    if !lock::wait_for(&file)? {
        tracing::warn!(path = %claim_lock.display(), "a lock is held and not given up; starting without it");
    }
    Ok(file)
}

fn lock_new(path: &Path) -> io::Result<File> {
    let held = private::open(path, File::options().read(true).write(true).create_new(true))?;
    held.lock()?;
    Ok(held)
}

/// Renames every entry without a living owner to a stale name. The caller holds the claim lock.
fn set_aside(base: &Path) -> io::Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for entry in fs::read_dir(base)?.flatten().filter(is_unowned) {
        let (from, to) = (entry.path(), aside(&entry.path()));
        match fs::rename(&from, &to) {
            Ok(()) => stale.push(to),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(%error, path = %from.display(), "what no run has any more cannot be renamed; it is left");
            }
        }
    }
    Ok(stale)
}

/// Whether `entry` belongs to no living engine and is not the claim lock.
fn is_unowned(entry: &DirEntry) -> bool {
    let path = entry.path();
    let is_stale = path.extension() == Some(OsStr::new(STALE));
    path.file_name() != Some(OsStr::new(CLAIM_LOCK)) && (is_stale || !lock::is_held(&path.with_extension(LOCK)))
}

/// An unused name beside `path`.
fn aside(path: &Path) -> PathBuf {
    path.with_file_name(short_name()).with_extension(STALE)
}
