//! The writing thread: the only one that changes the journal.
//!
//! It ends when it is told to close or when the last [`Journal`](super::Journal) is gone, after writing what is queued. No
//! failure ends it: it tells the state and tries again with a later execution.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use tokio::sync::watch;

use super::database::{Database, keep_aside};
use super::error::JournalError;
use super::instance_lock::InstanceLock;
use super::queue::{Entry, Inbox, Message};
use super::record::{Selection, State};
use super::retention::retain;
use crate::settings::JournalSettings;

/// Messages that are handled together, in one transaction where they are entries.
const BATCH: usize = 256;
/// Executions after which retention is due.
const RETAIN_AFTER_ENTRIES: usize = 1000;
/// Time after which retention is due.
const RETAIN_EVERY: Duration = Duration::from_secs(600);

/// The thread's state.
pub(super) struct Writer {
    file: PathBuf,
    settings: JournalSettings,
    state: watch::Sender<State>,
    retry_after: Duration,
    database: Option<Database>,
    presence: Option<InstanceLock>,
    not_before: Option<Instant>,
    retain_at: Instant,
    entries: usize,
    bytes: usize,
}

impl Writer {
    /// A writer that waits `retry_after` a failure before it tries again.
    pub(super) fn new(
        file: PathBuf,
        settings: JournalSettings,
        state: watch::Sender<State>,
        retry_after: Duration,
    ) -> Self {
        let (database, presence, not_before, retain_at) = (None, None, None, Instant::now());
        Self { file, settings, state, retry_after, database, presence, not_before, retain_at, entries: 0, bytes: 0 }
    }

    /// Handles messages until it is told to close.
    pub(super) fn run(mut self, inbox: &Inbox) {
        self.begin();
        loop {
            // Taken first: the messages behind which they are to be marked come with this batch.
            let unwritten = inbox.take_unwritten();
            let waits = self.retain_at.saturating_duration_since(Instant::now());
            let Some(messages) = inbox.wait(waits, BATCH) else { return };
            let caught_up = messages.len() < BATCH;
            self.follow(inbox.settings());
            let mut entries = Vec::new();
            for message in messages {
                match message {
                    Message::Entry(entry) => entries.push(*entry),
                    Message::Close(done) => {
                        self.write(&std::mem::take(&mut entries));
                        drop(self);
                        // Whoever asked may have gone; that is its business.
                        let _ = done.send(());
                        return;
                    }
                    other => {
                        self.write(&std::mem::take(&mut entries));
                        self.handle(other);
                    }
                }
            }
            self.write(&entries);
            if !caught_up || !self.mark_lost(&unwritten) {
                inbox.put_back(unwritten);
            }
            self.retain_if_due();
        }
    }

    /// Marks executions whose end was not written down; `false` when that has to wait.
    fn mark_lost(&mut self, ids: &[String]) -> bool {
        ids.is_empty() || (self.settings.enabled && self.attempt(|database| database.mark_lost_of(ids)).is_some())
    }

    fn handle(&mut self, message: Message) {
        match message {
            // Those who asked may have gone; that is their business.
            Message::Flush(done) => drop(done.send(())),
            Message::Delete(selection, done) => drop(done.send(self.delete(&selection))),
            Message::Entry(_) | Message::Apply | Message::Close(_) => {}
        }
    }

    fn follow(&mut self, settings: JournalSettings) {
        if settings != self.settings {
            self.settings = settings;
            self.begin();
        }
    }

    fn begin(&mut self) {
        if !self.settings.enabled {
            self.database = None;
            self.state.send_replace(State::Disabled);
        } else if self.is_open() {
            self.retain();
        }
    }

    fn write(&mut self, entries: &[Entry]) {
        if entries.is_empty() || !self.settings.enabled || !self.is_open() {
            return;
        }
        let written = self.attempt(|database| database.write(entries));
        // A damaged file has been replaced by now, and the new one can take the entries.
        let written = written.or_else(|| self.attempt(|database| database.write(entries)));
        if written.is_some() && matches!(*self.state.borrow(), State::Failed { .. }) {
            tracing::info!("executions are written down again");
            self.state.send_replace(State::Ok);
        }
        self.entries += entries.len();
        self.bytes += entries.iter().map(Entry::bytes).sum::<usize>();
    }

    fn retain_if_due(&mut self) {
        let much = self.entries >= RETAIN_AFTER_ENTRIES || self.bytes as u64 >= self.settings.max_bytes / 16;
        if much || Instant::now() >= self.retain_at {
            self.retain();
        }
    }

    fn retain(&mut self) {
        (self.entries, self.bytes) = (0, 0);
        self.retain_at = Instant::now() + RETAIN_EVERY;
        let settings = self.settings.clone();
        let deleted = self.attempt(|database| retain(database, &settings, OffsetDateTime::now_utc()));
        if let Some(deleted) = deleted.filter(|deleted| *deleted > 0) {
            tracing::info!(deleted, "the oldest executions were deleted from the journal");
        }
    }

    fn delete(&mut self, selection: &Selection) -> Result<u64, JournalError> {
        if let Some(database) = &mut self.database {
            return database.delete(selection);
        }
        if self.file.exists() { Database::open(&self.file)?.delete(selection) } else { Ok(0) }
    }

    /// Does something with the open file; a failure becomes the state.
    fn attempt<T>(&mut self, work: impl FnOnce(&mut Database) -> Result<T, JournalError>) -> Option<T> {
        let result = work(self.database.as_mut()?);
        result.map_err(|error| self.fail(error)).ok()
    }

    /// Whether the file is open, after opening it where that is due.
    fn is_open(&mut self) -> bool {
        let due = self.not_before.is_none_or(|time| Instant::now() >= time);
        if self.database.is_none() && due {
            match Database::open(&self.file) {
                Ok(database) => self.opened(database),
                Err(error) => self.fail(error),
            }
        }
        self.database.is_some()
    }

    /// Takes an open file. After a failure only a write proves that all is well.
    fn opened(&mut self, mut database: Database) {
        if self.presence.is_none() {
            let announced = InstanceLock::announce(&self.file, || match database.mark_lost() {
                Ok(lost) if lost > 0 => tracing::warn!(lost, "executions were lost when the last service died"),
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "lost executions could not be marked"),
            });
            self.presence = announced.inspect_err(|error| tracing::debug!(%error, "the journal cannot be locked")).ok();
        }
        self.database = Some(database);
        self.not_before = None;
        if matches!(*self.state.borrow(), State::Opening | State::Disabled) {
            self.state.send_replace(State::Ok);
        }
    }

    fn fail(&mut self, error: JournalError) {
        self.database = None;
        match error {
            JournalError::NotAJournal => self.begin_anew(),
            error => self.give_up(&error),
        }
    }

    fn begin_anew(&mut self) {
        let opened = keep_aside(&self.file)
            .map_err(JournalError::from)
            .and_then(|kept_aside| Ok((kept_aside, Database::open(&self.file)?)));
        match opened {
            Ok((kept_aside, database)) => {
                tracing::warn!(kept_aside = %kept_aside.display(), "the journal was damaged; a new one is begun");
                self.state.send_replace(State::Recovered { kept_aside });
                self.opened(database);
            }
            Err(error) => self.give_up(&error),
        }
    }

    fn give_up(&mut self, error: &JournalError) {
        self.not_before = Some(Instant::now() + self.retry_after);
        let reason = error.reason(&self.file);
        tracing::warn!(%reason, "executions are not written down");
        self.state.send_replace(State::Failed { reason });
    }
}
