//! The way to the writing thread: bounded in entries and in bytes, never waited for by a run.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::JournalError;
use super::record::{Begun, Ended, Selection};
use crate::settings::JournalSettings;

/// Entries that may wait.
const ENTRIES: usize = 4096;
/// Text that may wait, in bytes.
const BYTES: usize = 32 << 20;

/// How long entries wait for others to be written with: a transaction costs as much as a run's own share of the work, and
/// whoever wants to read flushes.
const GATHERING: Duration = Duration::from_millis(50);

/// Something to write down.
pub(super) enum Entry {
    Begun { begun: Begun, code_truncated: bool },
    Ended(Ended),
}

/// Something for the writing thread.
pub(super) enum Message {
    Entry(Box<Entry>),
    /// The settings changed.
    Apply,
    Flush(Sender<()>),
    Delete(Selection, Sender<Result<u64, JournalError>>),
    Close(Sender<()>),
}

/// What both ends know.
struct Shared {
    settings: Mutex<JournalSettings>,
    bytes: AtomicUsize,
    dropped: AtomicU64,
    is_dropping: AtomicBool,
    unfinished: Mutex<Unfinished>,
}

/// Executions whose end is not written down, so that they are not shown as running for ever.
#[derive(Default)]
struct Unfinished {
    /// Those that are written down as running.
    begun: HashSet<String>,
    /// Of these, those that ended while nothing was written.
    ended: Vec<String>,
}

/// The sending end.
pub(super) struct Queue {
    messages: SyncSender<Message>,
    shared: Arc<Shared>,
}

/// The writing thread's end.
pub(super) struct Inbox {
    messages: Receiver<Message>,
    shared: Arc<Shared>,
}

/// A queue for texts as long as `settings` say.
pub(super) fn queue(settings: JournalSettings) -> (Queue, Inbox) {
    let (sender, receiver) = sync_channel(ENTRIES);
    let (bytes, dropped, is_dropping, unfinished) = Default::default();
    let shared = Arc::new(Shared { settings: Mutex::new(settings), bytes, dropped, is_dropping, unfinished });
    (Queue { messages: sender, shared: shared.clone() }, Inbox { messages: receiver, shared })
}

impl Shared {
    fn settings(&self) -> MutexGuard<'_, JournalSettings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unfinished(&self) -> MutexGuard<'_, Unfinished> {
        self.unfinished.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Queues an execution that begins, or drops it when too much waits.
    pub(super) fn begin(&self, mut begun: Begun) {
        let max = self.shared.settings().max_code_bytes;
        if self.is_enabled() {
            let code_truncated = cut(&mut begun.code, max);
            let id = begun.id.clone();
            if self.offer(Entry::Begun { begun, code_truncated }) {
                self.shared.unfinished().begun.insert(id);
            }
        }
    }

    /// Queues an execution that ended, or drops it when too much waits.
    pub(super) fn end(&self, mut ended: Ended) {
        let id = ended.id.clone();
        let is_written = self.max_text_bytes().is_some_and(|max| {
            ended.output_truncated |= cut(&mut ended.output, max);
            ended.error_truncated |= cut(&mut ended.error, max);
            self.offer(Entry::Ended(ended))
        });
        let mut unfinished = self.shared.unfinished();
        if unfinished.begun.remove(&id) && !is_written {
            unfinished.ended.push(id);
        }
    }

    /// Whether the settings want anything written down.
    pub(super) fn is_enabled(&self) -> bool {
        self.max_text_bytes().is_some()
    }

    /// Entries that were dropped because too much waited.
    pub(super) fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Uses other settings from here on. The thread looks at them with every message, so a full queue needs no more.
    pub(super) fn apply(&self, settings: &JournalSettings) {
        self.shared.settings().clone_from(settings);
        self.try_send(Message::Apply);
    }

    /// Sends what is no entry; waits while the queue is full. `false` when the thread is gone.
    pub(super) fn send(&self, message: Message) -> bool {
        self.messages.send(message).is_ok()
    }

    /// Sends what is no entry, unless the queue is full or the thread is gone.
    pub(super) fn try_send(&self, message: Message) -> bool {
        self.messages.try_send(message).is_ok()
    }

    fn max_text_bytes(&self) -> Option<usize> {
        let settings = self.shared.settings();
        settings.enabled.then_some(settings.max_text_bytes)
    }

    /// Queues an entry; `false` when it is dropped.
    fn offer(&self, entry: Entry) -> bool {
        let bytes = entry.bytes();
        let waiting = self.shared.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        // One that is alone is taken however long it is.
        let full = (waiting > BYTES && waiting != bytes)
            || matches!(self.messages.try_send(Message::Entry(Box::new(entry))), Err(TrySendError::Full(_)));
        if full {
            self.shared.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
        if full && !self.shared.is_dropping.swap(true, Ordering::Relaxed) {
            tracing::warn!("the journal cannot keep up; executions are not written down until it has caught up");
        }
        !full
    }
}

impl Inbox {
    /// Takes the executions that ended unwritten. The beginning of each was queued before this returns.
    pub(super) fn take_unwritten(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.unfinished().ended)
    }

    /// Puts back what could not be written down either.
    pub(super) fn put_back(&self, mut unwritten: Vec<String>) {
        self.shared.unfinished().ended.append(&mut unwritten);
    }

    /// The settings as they are now.
    pub(super) fn settings(&self) -> JournalSettings {
        self.shared.settings().clone()
    }

    /// The next message and, while they are entries, those that come soon behind it, at most `most`. Empty when none came in
    /// time, `None` when all senders are gone.
    pub(super) fn wait(&self, time: Duration, most: usize) -> Option<Vec<Message>> {
        let mut batch = match self.messages.recv_timeout(time) {
            Ok(first) => vec![first],
            Err(RecvTimeoutError::Timeout) => Vec::new(),
            Err(RecvTimeoutError::Disconnected) => return None,
        };
        let until = Instant::now() + GATHERING;
        while batch.len() < most && matches!(batch.last(), Some(Message::Entry(_))) {
            match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(message) => batch.push(message),
                Err(_) => break,
            }
        }
        let bytes =
            batch.iter().map(|message| if let Message::Entry(entry) = message { entry.bytes() } else { 0 }).sum();
        self.shared.bytes.fetch_sub(bytes, Ordering::Relaxed);
        if batch.len() < most && self.shared.is_dropping.swap(false, Ordering::Relaxed) {
            tracing::warn!(dropped = self.shared.dropped.load(Ordering::Relaxed), "the journal has caught up");
        }
        Some(batch)
    }
}

impl Entry {
    /// The text in it, in bytes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Begun { begun, .. } => begun.bytes(),
            Self::Ended(ended) => ended.output.len() + ended.error.len(),
        }
    }
}

/// Cuts a text to at most `max` bytes between two characters; whether anything was cut.
fn cut(text: &mut String, max: usize) -> bool {
    let is_longer = text.len() > max;
    if is_longer {
        text.truncate(text.floor_char_boundary(max));
        text.shrink_to_fit();
    }
    is_longer
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn texts_are_cut_between_characters() {
        for (text, max, expected, was_cut) in [
            ("", 0, "", false),
            ("abc", 3, "abc", false),
            ("abcd", 3, "abc", true),
            ("aé", 2, "a", true),
            ("🎉🎉", 7, "🎉", true),
            ("🎉", 3, "", true),
        ] {
            let mut text = text.to_owned();
            assert_eq!((cut(&mut text, max), text.as_str()), (was_cut, expected));
        }
    }
}
