//! The writing thread: the only one that changes the journal.
//!
//! It ends after a request to close or when the last [`Journal`](super::Journal) is dropped, and writes the queue first. No
//! failure ends it: a failure is published as the state, and writing is retried with a later execution.

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

/// The most messages that are handled together; the entries among them are written in one transaction.
const BATCH: usize = 256;
/// The number of entries after which retention is due.
const RETAIN_AFTER_ENTRIES: usize = 1000;
/// How long the thread tries to get a lock that other programs hold. Entries wait in the queue meanwhile. SQLite's own waiting
/// is not fair, and in some cases it does not wait at all.
const PATIENCE: Duration = Duration::from_secs(20);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(10);
/// The time after which retention is due.
const RETAIN_EVERY: Duration = Duration::from_secs(600);

/// The thread's state.
pub(super) struct Writer {
    file: PathBuf,
    settings: JournalSettings,
    state: watch::Sender<State>,
    retry_after: Duration,
    database: Option<Database>,
    instance_lock: Option<InstanceLock>,
    not_before: Option<Instant>,
    retain_at: Instant,
    entries: usize,
    bytes: usize,
}

impl Writer {
    /// A writer that waits for `retry_after` after a failure.
    pub(super) fn new(
        file: PathBuf,
        settings: JournalSettings,
        state: watch::Sender<State>,
        retry_after: Duration,
    ) -> Self {
        let (database, instance_lock, not_before, retain_at) = (None, None, None, Instant::now());
        Self {
            file,
            settings,
            state,
            retry_after,
            database,
            instance_lock,
            not_before,
            retain_at,
            entries: 0,
            bytes: 0,
        }
    }

    /// Handles messages until it is asked to close.
    pub(super) fn run(mut self, inbox: &Inbox) {
        self.begin();
        loop {
            // Taken before the batch: their beginnings are in this batch at the latest, and must be written before the mark.
            let unrecorded = inbox.take_unrecorded();
            let waits = self.retain_at.saturating_duration_since(Instant::now());
            let Some(messages) = inbox.wait(waits, BATCH) else { return };
            let caught_up = messages.len() < BATCH;
            self.follow(inbox.settings());
            let mut entries = Vec::new();
            for message in messages {
                match message {
                    Message::Entry(entry) => entries.push(*entry),
                    Message::Close(done) => {
                        self.write(&std::mem::take(&mut entries), inbox);
                        drop(self);
                        // The sender may be gone.
                        let _ = done.send(());
                        return;
                    }
                    other => {
                        // Entries before this message must be in the file when it is handled.
                        self.write(&std::mem::take(&mut entries), inbox);
                        self.handle(other);
                    }
                }
            }
            self.write(&entries, inbox);
            // A full batch may leave beginnings in the queue, so marking waits.
            if !caught_up || !self.mark_lost(&unrecorded) {
                inbox.put_back(unrecorded);
            }
            self.retain_if_due();
        }
    }

    /// Marks executions whose end was not recorded; `false` if that has to wait.
    fn mark_lost(&mut self, ids: &[String]) -> bool {
        ids.is_empty() || (self.settings.enabled && self.attempt(|database| database.mark_lost_of(ids)).is_some())
    }

    fn handle(&mut self, message: Message) {
        match message {
            // The senders may be gone.
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

    fn write(&mut self, entries: &[Entry], inbox: &Inbox) {
        if entries.is_empty() || !self.settings.enabled {
            return;
        }
        if !self.is_open() {
            return inbox.lose(entries.len());
        }
        let done = self.attempt(|database| database.write(entries));
        // A failure may mean a damaged file, which has been replaced by now: the new one takes the entries.
        let done = done.or_else(|| self.attempt(|database| database.write(entries)));
        if done.is_none() {
            inbox.lose(entries.len());
        }
        if done.is_some() && matches!(*self.state.borrow(), State::Failed { .. }) {
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

    /// Runs `work` on the open file; a failure is published as the state.
    fn attempt<T>(&mut self, mut work: impl FnMut(&mut Database) -> Result<T, JournalError>) -> Option<T> {
        let database = self.database.as_mut()?;
        patiently(|| work(database)).map_err(|error| self.fail(error)).ok()
    }

    /// Whether the file is open. Opens it if that is due.
    fn is_open(&mut self) -> bool {
        let due = self.not_before.is_none_or(|time| Instant::now() >= time);
        if self.database.is_none() && due {
            match patiently(|| Database::open(&self.file)) {
                Ok(database) => self.opened(database),
                Err(error) => self.fail(error),
            }
        }
        self.database.is_some()
    }

    /// Uses an open file. A failed state stays until a write has succeeded.
    fn opened(&mut self, mut database: Database) {
        if self.instance_lock.is_none() {
            let acquired = InstanceLock::acquire(&self.file, || match database.mark_lost() {
                Ok(lost) if lost > 0 => tracing::warn!(lost, "executions were lost when the last service died"),
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "lost executions could not be marked"),
            });
            self.instance_lock =
                acquired.inspect_err(|error| tracing::debug!(%error, "the journal cannot be locked")).ok();
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

/// Repeats `work` while others hold the file's lock.
fn patiently<T>(mut work: impl FnMut() -> Result<T, JournalError>) -> Result<T, JournalError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match work() {
            Err(error) if error.is_busy() && Instant::now() < deadline => std::thread::sleep(PAUSE),
            result => return result,
        }
    }
}
