//! The thread that deletes folders.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use ulid::Ulid;

/// Levels that are deleted by the short way, one open folder each.
const SHALLOW: u32 = 16;

/// The runs' folders that are there, or were when their runs began.
type Known = Arc<Mutex<HashSet<PathBuf>>>;

/// Deletes folders in the order they come. Dropping it waits until all are deleted.
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

    /// A run has `folder` from now on, until that is deleted.
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
        // Its program has renamed it: it lies beside, where no run has it.
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

/// The folders in the runs' folder that no run has.
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

/// Deletes `folder` with all that is in it, however deep and whatever its permissions. A folder that is gone is fine; a link in
/// its place is deleted, and not what it leads to.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(found) if !found.is_dir() => return fs::remove_file(folder),
        _ => {}
    }
    empty(folder, SHALLOW).or_else(|_| flatten(folder))?;
    fs::remove_dir(folder)
}

/// Empties a folder that is at most so deep: programs can make one deeper than a stack or the open files would last.
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

/// Empties `top` by lifting each folder's folders into `top` before deleting it, so that no path grows long and no
/// recursion deep. The names up there are ones that no program could have taken before.
fn flatten(top: &Path) -> io::Result<()> {
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

/// Lets us list and change a folder that the program closed to its owner.
#[cfg(unix)]
fn open_up(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn open_up(_folder: &Path) -> io::Result<()> {
    Ok(())
}
