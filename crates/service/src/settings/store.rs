//! The owner of the settings of this process.
//!
//! A [`SettingsStore`] reads, watches and changes the file, and publishes its settings. It parses each content once: a content
//! written by [`SettingsStore::change`] is known when the watcher reports it. An invalid file leaves the last settings in force
//! and can only close them further. So does a removed file: the defaults would lift its restrictions. Which settings are in
//! effect is decided by the service, which subscribes.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::RecommendedWatcher;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::change::{ChangeError, Changes, change};
use super::file::{EditError, Written, create, create_if_missing};
use super::load::{contents, read_contents};
use super::model::{Loaded, Problem, Settings};
use super::watch::watch;
use crate::sentences;

/// The settings of a file. Clones share them; when the last is dropped, the file is not watched any more.
#[derive(Clone)]
pub struct SettingsStore(Arc<Watched>);

struct Watched {
    file: Arc<SettingsFile>,
    /// `None` if the system cannot watch the file.
    _watcher: Option<RecommendedWatcher>,
}

struct SettingsFile {
    path: PathBuf,
    published: watch::Sender<Loaded>,
    /// Held while the file is read or changed, so that these happen one after another.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The last contents of the file that could be read.
    known: Option<Vec<u8>>,
    /// Whether the published settings are from `known`, and the file has these contents.
    is_current: bool,
    /// Whether the file existed at any time, readable or not.
    existed: bool,
    /// Says that changes of the file are not noticed.
    unwatched: Option<Problem>,
}

impl SettingsStore {
    /// Reads the file and watches it. A missing file means the defaults and is no problem.
    ///
    /// If the system cannot watch the file, its problems say so, and it is only read again by [`refresh`](Self::refresh).
    pub fn open(path: &Path) -> Self {
        let contents = contents(path);
        let loaded = read_contents(path, &contents).loaded;
        let mut state = State::default();
        state.note(contents);
        let state = Mutex::new(state);
        let file = Arc::new(SettingsFile { path: path.to_owned(), published: watch::Sender::new(loaded), state });
        let changed = file.clone();
        let watcher = watch(path, move || changed.refresh(&mut changed.state()));
        let watcher = watcher.inspect_err(|error| {
            tracing::warn!(%error, path = %path.display(), "the settings file cannot be watched");
            file.report_unwatched(error);
        });
        Self(Arc::new(Watched { file, _watcher: watcher.ok() }))
    }

    /// A watch channel of the settings.
    pub fn subscribe(&self) -> watch::Receiver<Loaded> {
        self.0.file.published.subscribe()
    }

    /// The settings as they were last read.
    pub fn current(&self) -> Loaded {
        self.0.file.published.borrow().clone()
    }

    /// The settings that the file has now, for a caller that cannot wait until its change is noticed.
    pub fn refresh(&self) -> Loaded {
        self.0.file.refresh(&mut self.0.file.state());
        self.current()
    }

    /// Writes a missing file: as it was last, if it was removed while this process watched it, else with every key commented
    /// out. Returns whether it was written.
    ///
    /// # Errors
    /// The folder or the file cannot be created.
    pub fn restore(&self) -> io::Result<bool> {
        self.0.file.restore()
    }

    /// Writes changes into the file, all or none, and publishes the new settings.
    ///
    /// # Errors
    /// A key is unknown, a value is invalid, or the file cannot be changed.
    pub async fn change(&self, changes: Changes) -> Result<Loaded, ChangeError> {
        self.change_by(|_| changes).await
    }

    /// Like [`change`](Self::change), with changes that depend on the settings of the file.
    ///
    /// # Errors
    /// The errors of [`change`](Self::change).
    pub async fn change_by(
        &self,
        changes: impl FnOnce(&Settings) -> Changes + Send + 'static,
    ) -> Result<Loaded, ChangeError> {
        let file = self.0.file.clone();
        let path = file.path.clone();
        let failed = |error| EditError::Write { path, source: io::Error::other(error) };
        spawn_blocking(move || file.change_by(changes)).await.map_err(failed)?
    }
}

impl SettingsFile {
    /// Reads the file, and publishes its settings if its bytes are new.
    fn refresh(&self, state: &mut State) {
        let contents = contents(&self.path);
        if state.existed && contents.as_ref().is_err_and(is_missing) {
            return self.report_removed(state);
        }
        if state.is_current && contents.as_ref().is_ok_and(|bytes| state.known.as_ref() == Some(bytes)) {
            return;
        }
        let reading = read_contents(&self.path, &contents);
        state.note(contents);
        let last = self.published.borrow().settings.clone();
        self.publish(state, reading.after(&last));
    }

    fn change_by(&self, changes: impl FnOnce(&Settings) -> Changes) -> Result<Loaded, ChangeError> {
        let mut state = self.state();
        // A change that somebody else has just written is published first: the new changes may depend on it.
        self.refresh(&mut state);
        let changes = changes(&self.published.borrow().settings);
        let Written { bytes, loaded } = change(&self.path, self.last_contents(&state)?, &changes)?;
        state.note(Ok(bytes));
        self.publish(&state, loaded);
        Ok(self.published.borrow().clone())
    }

    fn restore(&self) -> io::Result<bool> {
        let mut state = self.state();
        let last = self.last_contents(&state).map_err(io::Error::other)?;
        let was_written = last.map_or_else(|| create_if_missing(&self.path), |bytes| create(&self.path, bytes))?;
        self.refresh(&mut state);
        Ok(was_written)
    }

    /// The text from which a missing file is written; `None` if there never was a file.
    ///
    /// # Errors
    /// The file is missing and was never readable: the template could lift restrictions that it had.
    fn last_contents<'a>(&self, state: &'a State) -> Result<Option<&'a [u8]>, EditError> {
        let known = state.known.as_deref();
        if known.is_none() && state.existed && contents(&self.path).is_err_and(|error| is_missing(&error)) {
            let source = io::Error::other(sentences::FILE_UNKNOWN.message());
            return Err(EditError::Read { path: self.path.clone(), source });
        }
        Ok(known)
    }

    /// The settings stay in force, and the last contents are known for the next change.
    fn report_removed(&self, state: &mut State) {
        state.is_current = false;
        let message = sentences::FILE_REMOVED.with("path", self.path.display());
        let problem = Problem { line: None, key: String::new(), message };
        let settings = self.published.borrow().settings.clone();
        self.publish(state, Loaded { settings, problems: vec![problem] });
    }

    fn publish(&self, state: &State, mut loaded: Loaded) {
        loaded.problems.extend(state.unwatched.clone());
        self.published.send_if_modified(|last| {
            let differs = *last != loaded;
            *last = loaded;
            differs
        });
    }

    fn report_unwatched(&self, error: &notify::Error) {
        let mut state = self.state();
        let message = sentences::FILE_UNWATCHED.with("path", self.path.display()).with("error", error.to_string());
        state.unwatched = Some(Problem { line: None, key: String::new(), message });
        let loaded = self.published.borrow().clone();
        self.publish(&state, loaded);
    }

    /// The state is replaced as a whole, so a panic elsewhere leaves nothing half-done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&mut self, contents: io::Result<Vec<u8>>) {
        self.is_current = contents.is_ok();
        self.existed |= !contents.as_ref().is_err_and(is_missing);
        self.known = contents.ok().or_else(|| self.known.take());
    }
}

fn is_missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

impl fmt::Debug for SettingsStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SettingsStore").field(&self.0.file.path).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::time::Duration;

    use serde_json::json;
    use tempfile::TempDir;

    use super::{Changes, SettingsStore};
    use crate::settings::{Loaded, parses};

    type Receiver = tokio::sync::watch::Receiver<Loaded>;

    fn watched(text: &str) -> (TempDir, PathBuf, Receiver, SettingsStore) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.toml");
        fs::write(&path, text).expect("a file");
        let store = SettingsStore::open(&path);
        (folder, path, store.subscribe(), store)
    }

    async fn next(receiver: &mut Receiver, what: impl Fn(&Loaded) -> bool) -> Loaded {
        let found = tokio::time::timeout(Duration::from_secs(20), receiver.wait_for(|loaded| what(loaded)));
        found.await.expect("a reload in time").expect("a publisher").clone()
    }

    fn port(port: u16) -> Changes {
        Changes::from([("port".to_owned(), Some(json!(port)))])
    }

    #[tokio::test]
    async fn a_saved_change_is_published() {
        let (_folder, path, mut receiver, store) = watched("port = 5001\n");
        fs::write(&path, "port = 5002\n").expect("a file");
        next(&mut receiver, |loaded| loaded.settings.port == 5002).await;
        store.change(port(5003)).await.expect("a change");
        assert_eq!(receiver.borrow_and_update().settings.port, 5003, "at once");
    }

    #[tokio::test]
    async fn a_syntax_error_keeps_the_last_settings_and_is_published() {
        let (_folder, path, mut receiver, _store) = watched("port = 5001\n");
        fs::write(&path, "port = 5002\nport\n").expect("a file");
        let loaded = next(&mut receiver, |loaded| !loaded.problems.is_empty()).await;
        assert_eq!((loaded.settings.port, loaded.problems[0].line), (5001, Some(2)));
        fs::write(&path, "port = 5004\n").expect("a file");
        let loaded = next(&mut receiver, |loaded| loaded.settings.port == 5004).await;
        assert_eq!(loaded.problems, []);
    }

    #[tokio::test]
    async fn a_removed_file_leaves_the_last_settings_until_it_is_back() {
        const TEXT: &str = "port = 5001\nrequire_token = true\n";
        let (_folder, path, mut receiver, store) = watched(TEXT);
        fs::remove_file(&path).expect("removed");
        let removed = next(&mut receiver, |loaded| !loaded.problems.is_empty()).await;
        assert_eq!((removed.settings.port, removed.settings.require_token), (5001, true));
        assert!(removed.problems[0].to_string().contains("was removed"), "{:?}", removed.problems);
        fs::write(&path, TEXT).expect("the same file");
        next(&mut receiver, |loaded| loaded.problems.is_empty() && loaded.settings.port == 5001).await;
        fs::write(&path, "").expect("an empty file");
        fs::remove_file(&path).expect("removed");
        assert!(store.refresh().settings.require_token, "an empty file and its removal open nothing");
    }

    #[tokio::test]
    async fn the_removal_of_an_unreadable_file_opens_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("settings.toml");
        fs::create_dir(&path).expect("a folder in place of the file");
        let store = SettingsStore::open(&path);
        assert!(store.current().settings.require_token);
        fs::remove_dir(&path).expect("removed");
        assert!(store.refresh().settings.require_token);
        let refused = store.change(port(5001)).await.expect_err("the rest of the file is unknown");
        assert!(refused.is_of_broken_file() && refused.to_string().contains("restart Runtray"), "{refused}");
        assert!(store.restore().is_err() && !path.exists());
    }

    #[tokio::test]
    async fn a_change_and_a_restoration_write_a_removed_file_as_it_was() {
        const TEXT: &str = "# mine\nallowed_origins = []\nport = 5001\n";
        let (folder, path, mut receiver, store) = watched(TEXT);
        let moved = folder.path().join("moved");
        fs::rename(&path, &moved).expect("moved");
        next(&mut receiver, |loaded| !loaded.problems.is_empty()).await;
        let changed = store.change(port(5002)).await.expect("a change");
        assert_eq!((changed.settings.port, changed.settings.allowed_origins, changed.problems), (5002, vec![], vec![]));
        let text = TEXT.replace("5001", "5002");
        assert_eq!(fs::read_to_string(&path).expect("the file"), text);
        fs::remove_file(&path).expect("removed");
        assert!(store.restore().expect("it is written"));
        assert!(!store.restore().expect("it is there"));
        assert_eq!((fs::read_to_string(&path).expect("the file"), store.current().problems), (text, vec![]));
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_watched_is_reported_and_its_file_can_be_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = SettingsStore::open(&folder.path().join("missing/settings.toml"));
        let loaded = store.current();
        assert_eq!((loaded.settings.port, loaded.problems.len()), (5000, 1));
        let changed = store.change(port(5001)).await.expect("a change");
        assert_eq!((changed.settings.port, changed.problems), (5001, loaded.problems));
    }

    #[tokio::test]
    async fn each_content_of_the_file_is_parsed_once() {
        const MARK: &str = "# a file whose parses are counted";
        let (_folder, path, mut receiver, store) = watched(&format!("{MARK}\nport = 5001\n"));
        assert_eq!(parses::with(MARK), 1, "it is opened");
        store.change(port(5002)).await.expect("a change");
        assert_eq!(parses::with(MARK), 3, "the old text and the new one");
        store.refresh();
        assert_eq!(parses::with(MARK), 3, "its own change is known");
        receiver.mark_unchanged();
        fs::write(&path, format!("{MARK}\nport = 5003\n")).expect("a file");
        next(&mut receiver, |loaded| loaded.settings.port == 5003).await;
        store.refresh();
        assert_eq!(parses::with(MARK), 4, "an edit by hand");
    }

    #[tokio::test]
    async fn changes_are_made_one_after_another() {
        let (_folder, path, _receiver, store) = watched("port = 5000\n");
        let next = || store.change_by(|settings| port(settings.port + 1));
        let changed = futures_util::future::join_all((0..10).map(|_| next())).await;
        assert!(changed.iter().all(Result::is_ok), "{changed:?}");
        assert_eq!(fs::read_to_string(&path).expect("the file"), "port = 5010\n");
        assert_eq!(store.current().settings.port, 5010);
    }
}
