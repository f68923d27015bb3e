//! Reads the settings file again whenever it changes.
//!
//! The file's folder is watched, because editors replace files. A thread waits until the folder is quiet, reads the file, and
//! publishes the settings. An invalid file leaves the last settings in force and can only close them further.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::watch;

use super::load::read;
use super::model::{Loaded, Problem};
use crate::sentences;

/// How long the folder must be quiet: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(100);

/// Keeps the file watched; dropping it stops that.
pub struct FileWatcher {
    _watcher: Option<RecommendedWatcher>,
    _publisher: Arc<watch::Sender<Loaded>>,
}

/// Publishes the file's settings whenever they change, starting with `now`.
///
/// If the system cannot watch the file, only `now` is published, with a problem that says so.
pub fn watch(path: &Path, now: Loaded) -> (watch::Receiver<Loaded>, FileWatcher) {
    let (publisher, receiver) = watch::channel(now);
    let publisher = Arc::new(publisher);
    let watcher = start(path, &publisher).inspect_err(|error| {
        tracing::warn!(%error, path = %path.display(), "the settings file cannot be watched");
        let message = sentences::FILE_UNWATCHED.with("path", path.display()).with("error", error.to_string());
        publisher.send_modify(|loaded| loaded.problems.push(Problem { line: None, key: String::new(), message }));
    });
    (receiver, FileWatcher { _watcher: watcher.ok(), _publisher: publisher })
}

fn start(path: &Path, publisher: &Arc<watch::Sender<Loaded>>) -> notify::Result<RecommendedWatcher> {
    let files = watched(path);
    let names: Vec<OsString> = files.iter().filter_map(|file| file.file_name()).map(OsString::from).collect();
    let (changed, changes) = channel();
    let unseen = changed.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| concerns(&event, &names)) {
            // An error means that the reading thread is gone, and nothing is to be published.
            let _ = changed.send(());
        }
    })?;
    for folder in files.iter().filter_map(|file| file.parent()) {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
    }
    // Reads the file once more: changes between the first reading and this moment caused no event.
    let _ = unseen.send(());
    let (path, publisher) = (path.to_owned(), publisher.clone());
    std::thread::Builder::new().name("settings".to_owned()).spawn(move || reload(&changes, &path, &publisher))?;
    Ok(watcher)
}

/// The file, and its target if it is a symbolic link.
fn watched(path: &Path) -> Vec<PathBuf> {
    let real = path.canonicalize().ok().filter(|real| real != path);
    std::iter::once(path.to_owned()).chain(real).collect()
}

/// Whether an event may mean new contents. Reading causes events too, and our own reads must not.
fn concerns(event: &Event, names: &[OsString]) -> bool {
    let ours = |path: &PathBuf| path.file_name().is_some_and(|name| names.iter().any(|ours| ours == name));
    event.need_rescan() || (!event.kind.is_access() && event.paths.iter().any(ours))
}

fn reload(changes: &Receiver<()>, path: &Path, publisher: &watch::Sender<Loaded>) {
    while changes.recv().is_ok() {
        // Further events restart the quiet time.
        while changes.recv_timeout(QUIET).is_ok() {}
        let reading = read(path);
        publisher.send_if_modified(|last| {
            let new = reading.after(&last.settings);
            let differs = *last != new;
            *last = new;
            differs
        });
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::time::Duration;

    use tempfile::TempDir;

    use super::{FileWatcher, watch};
    use crate::settings::Loaded;

    type Receiver = tokio::sync::watch::Receiver<Loaded>;

    fn watched(text: &str) -> (TempDir, PathBuf, Receiver, FileWatcher) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.toml");
        fs::write(&path, text).expect("a file");
        let (receiver, watcher) = watch(&path, Loaded::from_file(&path));
        (folder, path, receiver, watcher)
    }

    async fn next(receiver: &mut Receiver, what: impl Fn(&Loaded) -> bool) -> Loaded {
        let found = tokio::time::timeout(Duration::from_secs(20), receiver.wait_for(|loaded| what(loaded)));
        found.await.expect("a reload in time").expect("a publisher").clone()
    }

    #[tokio::test]
    async fn a_saved_change_is_published() {
        let (_folder, path, mut receiver, _watcher) = watched("port = 5001\n");
        fs::write(&path, "port = 5002\n").expect("a file");
        next(&mut receiver, |loaded| loaded.settings.port == 5002).await;
        let port = std::collections::BTreeMap::from([("port".to_owned(), Some(serde_json::json!(5003)))]);
        crate::settings::change(&path, &port).expect("a change");
        next(&mut receiver, |loaded| loaded.settings.port == 5003).await;
    }

    #[tokio::test]
    async fn a_syntax_error_keeps_the_last_settings_and_is_published() {
        let (_folder, path, mut receiver, _watcher) = watched("port = 5001\n");
        fs::write(&path, "port = 5002\nport\n").expect("a file");
        let loaded = next(&mut receiver, |loaded| !loaded.problems.is_empty()).await;
        assert_eq!((loaded.settings.port, loaded.problems[0].line), (5001, Some(2)));
        fs::write(&path, "port = 5004\n").expect("a file");
        let loaded = next(&mut receiver, |loaded| loaded.settings.port == 5004).await;
        assert_eq!(loaded.problems, []);
    }

    #[tokio::test]
    async fn a_deleted_file_means_defaults() {
        let (_folder, path, mut receiver, _watcher) = watched("port = 5001\n");
        fs::remove_file(&path).expect("removed");
        next(&mut receiver, |loaded| loaded.settings.port == 5000).await;
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_watched_is_reported() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut receiver, _watcher) =
            watch(&folder.path().join("missing/settings.toml"), Loaded::from_text("port = 5001"));
        let loaded = receiver.borrow_and_update().clone();
        assert_eq!((loaded.settings.port, loaded.problems.len()), (5001, 1));
        assert!(!receiver.has_changed().expect("still open"));
    }
}
