//! The handle of a journal: queues entries for the writing thread, and opens readers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use runtray_wire::{Execution, ExecutionsPage};
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::database::BUSY;
use super::error::JournalError;
use super::queue::{Message, Queue, queue};
use super::reader::Reader;
use super::record::{Begun, Ended, Filter, Selection, State};
use super::writer::Writer;
use crate::sentences;
use crate::settings::JournalSettings;

/// How long to wait after a failure before writing is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(30);
/// How long a reader waits for the entries that were queued before it: as long as the writing thread may wait for a lock.
const FLUSH: Duration = BUSY;

/// A handle to a journal. Clones share it; when the last is dropped, the queue is written and the file is closed.
#[derive(Clone)]
pub struct Journal {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    /// The file and the queue; `None` if the writing thread could not be started.
    open: Option<(PathBuf, Queue)>,
    state: watch::Receiver<State>,
}

impl Journal {
    /// Starts to open a journal, if `settings` enable it, and returns at once; [`state`](Self::state) publishes the result.
    pub fn open(file: &Path, settings: &JournalSettings) -> Self {
        Self::open_retrying(file, settings, RETRY_AFTER)
    }

    pub(super) fn open_retrying(file: &Path, settings: &JournalSettings, retry_after: Duration) -> Self {
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

    /// A watch channel of the journal's state.
    pub fn state(&self) -> watch::Receiver<State> {
        self.shared.state.clone()
    }

    /// Applies new settings.
    pub fn apply(&self, settings: &JournalSettings) {
        if let Some((_, queue)) = &self.shared.open {
            queue.apply(settings);
        }
    }

    /// Records that an execution began. Never waits: if the queue is full, the entry is dropped and counted.
    pub fn begin(&self, begun: Begun) {
        if let Some((_, queue)) = &self.shared.open {
            queue.begin(begun);
        }
    }

    /// Records how an execution ended. Never waits: if the queue is full, the entry is dropped and counted.
    pub fn end(&self, ended: Ended) {
        if let Some((_, queue)) = &self.shared.open {
            queue.end(ended);
        }
    }

    /// The number of entries (beginnings and ends) that were dropped: the queue was full, or the file could not be written.
    pub fn dropped(&self) -> u64 {
        self.shared.open.as_ref().map_or(0, |(_, queue)| queue.dropped())
    }

    /// A page of executions, newest first. It includes everything that was recorded before the call.
    ///
    /// # Errors
    /// The journal is missing or cannot be read.
    pub async fn page(&self, filter: Filter) -> Result<ExecutionsPage, JournalError> {
        self.blocking(move |shared| shared.reader()?.page(&filter)).await
    }

    /// One execution with its code and output; `None` if none has that id.
    ///
    /// # Errors
    /// The journal is missing or cannot be read.
    pub async fn entry(&self, id: &str) -> Result<Option<Execution>, JournalError> {
        let id = id.to_owned();
        self.blocking(move |shared| shared.reader()?.entry(&id)).await
    }

    /// The result of `work` on a reader that sees everything that was recorded before the call.
    ///
    /// # Errors
    /// The journal is missing or cannot be read.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        self.blocking(move |shared| work(&shared.reader()?)).await
    }

    /// Deletes the selected executions, also while the journal is switched off; returns their number.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn delete(&self, selection: Selection) -> Result<u64, JournalError> {
        self.blocking(|shared| shared.ask(|done| Message::Delete(selection, done))?).await
    }

    /// Writes the queue and closes the file. Later entries are dropped.
    pub async fn close(&self) {
        // An error means that it is closed already.
        let _ = self.blocking(|shared| shared.ask(Message::Close)).await;
    }

    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let shared = self.shared.clone();
        spawn_blocking(move || work(&shared)).await.unwrap_or(Err(JournalError::Closed))
    }
}

impl Shared {
    /// A reader that sees the entries queued before, unless writing them takes too long.
    pub(super) fn reader(&self) -> Result<Reader, JournalError> {
        let (file, queue) = self.readable()?;
        let (done, flushed) = channel();
        if queue.try_send(Message::Flush(done)) {
            // After the time limit the reader sees the entries that have been written so far.
            let _ = flushed.recv_timeout(FLUSH);
        }
        Reader::open(file)
    }

    /// Sends the writing thread a request and waits for the reply.
    fn ask<T>(&self, message: impl FnOnce(Sender<T>) -> Message) -> Result<T, JournalError> {
        let (_, queue) = self.open.as_ref().ok_or(JournalError::Disabled)?;
        let (done, answer) = channel();
        queue.send(message(done));
        answer.recv().map_err(|_| JournalError::Closed)
    }

    /// A reader of the current file, without a flush.
    pub(super) fn unflushed_reader(&self) -> Result<Reader, JournalError> {
        Reader::open(&self.readable()?.0)
    }

    /// The file and the queue, unless the journal is switched off.
    fn readable(&self) -> Result<&(PathBuf, Queue), JournalError> {
        self.open.as_ref().filter(|(_, queue)| queue.is_enabled()).ok_or(JournalError::Disabled)
    }
}
