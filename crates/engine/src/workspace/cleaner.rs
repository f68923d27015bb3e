//! The thread that deletes folders.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use ulid::Ulid;

/// Folders up to this depth are deleted recursively, with one open folder per level.
const SHALLOW: u32 = 16;

/// The folders of runs that are not deleted yet.
type Known = Arc<Mutex<HashSet<PathBuf>>>;

/// Deletes folders in the order of their arrival. Dropping it waits until all are deleted.
pub(super) struct Cleaner {
    queue: Option<Sender<PathBuf>>,
    known: Known,
    thread: Option<JoinHandle<()>>,
}

impl Cleaner {
    pub(super) fn start() -> io::Result<Self> {
        let (queue, folders) = channel();
        let known = Known::default();
        let shared = Arc::clone(&known);
        let thread = std::thread::Builder::new().name("cleaner".into()).spawn(move || clean(&folders, &shared))?;
        Ok(Self { queue: Some(queue), known, thread: Some(thread) })
    }

    /// Registers `folder` as a run's until it is deleted.
    pub(super) fn expect(&self, folder: &Path) {
        lock(&self.known).insert(folder.to_path_buf());
    }

    pub(super) fn delete(&self, folder: PathBuf) {
        if let Some(queue) = &self.queue {
            let _ = queue.send(folder);
        }
    }
}

impl Drop for Cleaner {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn clean(folders: &Receiver<PathBuf>, known: &Known) {
    for folder in folders {
        let is_there = fs::symlink_metadata(&folder).is_ok_and(|found| found.is_dir());
        delete(&folder);
        let was_run = lock(known).remove(&folder);
        // The program renamed its folder. Under the new name it belongs to no run.
        if was_run && !is_there {
            unknown_folders(folder.parent(), known).iter().for_each(|folder| delete(folder));
        }
    }
}

fn delete(folder: &Path) {
    if let Err(error) = remove(folder) {
        tracing::warn!(%error, folder = %folder.display(), "could not delete a run's folder; the next start will");
    }
}

/// The subfolders of `runs` that belong to no run.
fn unknown_folders(runs: Option<&Path>, known: &Known) -> Vec<PathBuf> {
    let entries = runs.and_then(|runs| fs::read_dir(runs).ok()).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path());
    let folders: Vec<PathBuf> = folders.collect();
    let known = lock(known);
    folders.into_iter().filter(|folder| !known.contains(folder)).collect()
}

fn lock(known: &Known) -> MutexGuard<'_, HashSet<PathBuf>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Deletes `folder` with its content, whatever its depth and permissions. A missing folder is fine; a link is deleted without
/// following it.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(found) if !found.is_dir() => return fs::remove_file(folder),
        _ => {}
    }
    // The recursive way is faster; it fails for deep or closed folders.
    empty(folder, SHALLOW).or_else(|_| flatten(folder))?;
    fs::remove_dir(folder)
}

/// Empties a folder of limited depth. Deeper ones would exhaust the stack or the open files.
fn empty(folder: &Path, depth: u32) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if !entry.file_type()?.is_dir() {
            fs::remove_file(path)?;
        } else if depth > 0 {
            empty(&path, depth - 1)?;
            fs::remove_dir(path)?;
        } else {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
    }
    Ok(())
}

/// Empties `top` by moving nested folders up into it before their parent is deleted, so that neither paths nor recursion grow.
/// The names used there cannot exist yet.
fn flatten(top: &Path) -> io::Result<()> {
    // One entry at a time from a fresh listing: folders are added to `top` while it is emptied.
    let (name, mut lifted) = (Ulid::generate(), 0_u64);
    open_up(top)?;
    while let Some(entry) = fs::read_dir(top)?.next() {
        let path = entry?.path();
        if !fs::symlink_metadata(&path)?.is_dir() {
            fs::remove_file(&path)?;
            continue;
        }
        open_up(&path)?;
        for child in fs::read_dir(&path)? {
            let child = child?.path();
            if fs::symlink_metadata(&child)?.is_dir() {
                lifted += 1;
                open_up(&child)?;
                fs::rename(&child, top.join(format!("{name}-{lifted}")))?;
            } else {
                fs::remove_file(&child)?;
            }
        }
        fs::remove_dir(&path)?;
    }
    Ok(())
}

/// Restores the owner's access to a folder that the program closed.
#[cfg(unix)]
fn open_up(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn open_up(_folder: &Path) -> io::Result<()> {
    Ok(())
}
