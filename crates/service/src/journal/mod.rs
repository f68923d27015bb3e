//! The journal: what ran, in SQLite.
//!
//! One thread writes (`writer`), fed by a bounded queue that no run ever waits for; readers have connections of their own. A
//! service that dies leaves its executions `running`; the next one that has the journal for itself marks them `lost`. A file
//! that is no journal is kept aside and a new one begun. Every other failure is a [`State`] that says what to do, and writing
//! is tried again later: executions never depend on the journal.

mod database;
mod error;
mod export;
mod figures;
mod given;
mod instance_lock;
mod query;
mod queue;
mod reader;
mod record;
mod retention;
mod schema;
#[cfg(test)]
mod tests;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::spawn_blocking;

pub use self::error::JournalError;
pub use self::export::Export;
pub use self::figures::{Facets, Figures, Minute};
pub use self::given::{Given, GivenFile, GivenVariable, Missing};
pub use self::reader::{Mark, Reader};
pub use self::record::{Begun, Ended, Filter, LOST, Page, RUNNING, Record, Selection, State, Summary};

use self::queue::{Message, Queue, queue};
use self::writer::Writer;
use crate::sentences;
use crate::settings::JournalSettings;

/// How long after a failure writing is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// How long a reader waits for what was queued before it: as long as the writing thread may wait for another program.
const FLUSH: Duration = database::BUSY;
/// Executions that an export reads at once.
const EXPORT_PAGE: usize = 100;

/// The journal of a service. Clones are the same journal; when the last is gone, what is queued is written and the file closed.
#[derive(Clone)]
pub struct Journal {
    shared: Arc<Shared>,
}

struct Shared {
    /// `None` for a journal that never was one.
    open: Option<(PathBuf, Queue)>,
    state: watch::Receiver<State>,
}

impl Journal {
    /// Begins to open a journal, where `settings` want one, and returns at once; [`state`](Self::state) tells how it went.
    pub fn open(file: &Path, settings: &JournalSettings) -> Self {
        Self::open_retrying(file, settings, RETRY_AFTER)
    }

    fn open_retrying(file: &Path, settings: &JournalSettings, retry_after: Duration) -> Self {
        let (publisher, state) = watch::channel(State::Opening);
        let (queue, inbox) = queue(settings.clone());
        let writer = Writer::new(file.to_owned(), settings.clone(), publisher, retry_after);
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(move || writer.run(&inbox));
        match thread {
            Ok(_) => Self { shared: Arc::new(Shared { open: Some((file.to_owned(), queue)), state }) },
            Err(error) => Self::never(State::Failed { reason: sentences::JOURNAL_THREAD.with("cause", &error) }),
        }
    }

    fn never(state: State) -> Self {
        Self { shared: Arc::new(Shared { open: None, state: watch::channel(state).1 }) }
    }

    /// How it is, now and whenever that changes.
    pub fn state(&self) -> watch::Receiver<State> {
        self.shared.state.clone()
    }

    /// Uses other settings from here on.
    pub fn apply(&self, settings: &JournalSettings) {
        if let Some((_, queue)) = &self.shared.open {
            queue.apply(settings);
        }
    }

    /// Writes down that an execution began. Never waits: when too much is queued, it is dropped and counted.
    pub fn begin(&self, begun: Begun) {
        if let Some((_, queue)) = &self.shared.open {
            queue.begin(begun);
        }
    }

    /// Writes down how an execution ended. Never waits: when too much is queued, it is dropped and counted.
    pub fn end(&self, ended: Ended) {
        if let Some((_, queue)) = &self.shared.open {
            queue.end(ended);
        }
    }

    /// How many beginnings and ends were dropped because too much was queued.
    pub fn dropped(&self) -> u64 {
        self.shared.open.as_ref().map_or(0, |(_, queue)| queue.dropped())
    }

    /// A page of executions, newest first, with everything that was written down before the call.
    ///
    /// # Errors
    /// There is no journal, or it cannot be read.
    pub async fn page(&self, filter: Filter) -> Result<Page, JournalError> {
        self.blocking(move |shared| shared.reader()?.page(&filter)).await
    }

    /// Everything about one execution; `None` when there is none of that id.
    ///
    /// # Errors
    /// There is no journal, or it cannot be read.
    pub async fn entry(&self, id: &str) -> Result<Option<Record>, JournalError> {
        let id = id.to_owned();
        self.blocking(move |shared| shared.reader()?.entry(&id)).await
    }

    /// Every execution that `filter` wants, its `limit` aside, newest first. Reads on only as the receiver is read.
    ///
    /// Between two batches neither a thread nor the file is held, so that a reader that stops costs nothing.
    pub fn export(&self, filter: Filter) -> Export {
        Export { journal: self.clone(), rest: Some(Filter { limit: EXPORT_PAGE, ..filter }), is_first: true }
    }

    /// What `work` reads, with everything that was written down before the call.
    ///
    /// # Errors
    /// There is no journal, or it cannot be read.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.blocking(move |shared| work(&shared.reader()?)).await
    }

    /// Deletes the executions that were selected, also when the settings switch the journal off; how many those were.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn delete(&self, selection: Selection) -> Result<u64, JournalError> {
        self.blocking(|shared| shared.ask(|done| Message::Delete(selection, done))?).await
    }

    /// Writes what is queued and closes the file. What comes later is dropped.
    pub async fn close(&self) {
        // It fails only when it is closed already.
        let _ = self.blocking(|shared| shared.ask(Message::Close)).await;
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let shared = self.shared.clone();
        spawn_blocking(move || work(&shared)).await.unwrap_or(Err(JournalError::Closed))
    }
}

impl Shared {
    /// A reader that sees what was queued before, unless that takes too long.
    fn reader(&self) -> Result<Reader, JournalError> {
        let (file, queue) = self.readable()?;
        let (done, flushed) = channel();
        if queue.try_send(Message::Flush(done)) {
            // Late or never, the reader then sees what is there.
            let _ = flushed.recv_timeout(FLUSH);
        }
        Reader::open(file)
    }

    /// Asks the writing thread for something and waits for it.
    fn ask<T>(&self, message: impl FnOnce(Sender<T>) -> Message) -> Result<T, JournalError> {
        let (_, queue) = self.open.as_ref().ok_or(JournalError::Disabled)?;
        let (done, answer) = channel();
        queue.send(message(done));
        answer.recv().map_err(|_| JournalError::Closed)
    }

    /// A reader of what is in the file by now.
    fn reader_as_it_is(&self) -> Result<Reader, JournalError> {
        Reader::open(&self.readable()?.0)
    }

    /// The file and the way to its writer, unless the settings switch the journal off.
    fn readable(&self) -> Result<&(PathBuf, Queue), JournalError> {
        self.open.as_ref().filter(|(_, queue)| queue.is_enabled()).ok_or(JournalError::Disabled)
    }
}
