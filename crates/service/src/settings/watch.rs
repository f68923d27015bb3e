//! Watches the settings file for changes.
//!
//! The file's folder is watched, because editors replace files. A thread waits until the folder is quiet, and then reports one
//! change.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};

/// How long the folder must be quiet: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(100);

/// Calls `changed` after each change, until the watcher is dropped. The first call is for the time before the file was watched.
///
/// # Errors
/// The system cannot watch the file.
pub(super) fn watch(path: &Path, changed: impl Fn() + Send + 'static) -> notify::Result<RecommendedWatcher> {
    let files = watched(path);
    let names: Vec<OsString> = files.iter().filter_map(|file| file.file_name()).map(OsString::from).collect();
    let folders: Vec<PathBuf> = files.iter().filter_map(|file| file.parent()).map(PathBuf::from).collect();
    let (event, events) = channel();
    let unseen = event.clone();
    let watched = folders.clone();
    let mut watcher = notify::recommended_watcher(move |notified: notify::Result<Event>| {
        if notified.is_ok_and(|event| concerns(&event, &names, &watched)) {
            // An error means that the reporting thread is gone, and nothing is to be reported.
            let _ = event.send(());
        }
    })?;
    for folder in &folders {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
    }
    let _ = unseen.send(());
    std::thread::Builder::new().name("settings".to_owned()).spawn(move || report(&events, changed))?;
    Ok(watcher)
}

/// The file, and its target if it is a symbolic link.
fn watched(path: &Path) -> Vec<PathBuf> {
    let real = path.canonicalize().ok().filter(|real| real != path);
    std::iter::once(path.to_owned()).chain(real).collect()
}

/// Whether an event may mean new contents. Reading causes events too, and our own reads must not.
/// A folder that is moved or removed takes the file with it.
fn concerns(event: &Event, names: &[OsString], folders: &[PathBuf]) -> bool {
    let is_file = |path: &PathBuf| path.file_name().is_some_and(|name| names.iter().any(|ours| ours == name));
    let ours = |path: &PathBuf| is_file(path) || folders.contains(path);
    event.need_rescan() || (!event.kind.is_access() && event.paths.iter().any(ours))
}

fn report(events: &Receiver<()>, changed: impl Fn()) {
    while events.recv().is_ok() {
        // Further events restart the quiet time.
        while events.recv_timeout(QUIET).is_ok() {}
        changed();
    }
}
