//! The queue of the writing thread: bounded in entries and in bytes, so that no run ever waits for it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::error::JournalError;
use super::record::{Begun, Ended, Selection};
use crate::settings::JournalSettings;

/// The most entries that wait.
const ENTRIES: usize = 4096;
/// The most text that waits, in bytes.
const BYTES: usize = 32 << 20;

/// How long entries wait for others to share a transaction with. A transaction costs as much as the rest of recording a run;
/// readers flush, so they do not wait.
const GATHERING: Duration = Duration::from_millis(50);

/// An entry of the journal.
pub(super) enum Entry {
    Begun { begun: Begun, code_truncated: bool },
    Ended(Ended),
}

/// A message for the writing thread.
pub(super) enum Message {
    Entry(Box<Entry>),
    /// The settings have changed.
    Apply,
    Flush(Sender<()>),
    Delete(Selection, Sender<Result<u64, JournalError>>),
    Close(Sender<()>),
}

/// The state that both ends share.
struct Shared {
    settings: Mutex<JournalSettings>,
    bytes: AtomicUsize,
    dropped: AtomicU64,
    is_dropping: AtomicBool,
    unfinished: Mutex<Unfinished>,
}

/// Executions whose end has not been recorded. They are tracked so that none is shown as running for ever.
#[derive(Default)]
struct Unfinished {
    /// The executions that are recorded as running.
    begun: HashSet<String>,
    /// The executions in `begun` that ended while nothing was recorded.
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

/// A queue that cuts texts to the lengths of `settings`.
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
    /// Queues the beginning of an execution, or drops it if the queue is full.
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

    /// Queues the end of an execution, or drops it if the queue is full.
    pub(super) fn end(&self, mut ended: Ended) {
        let id = ended.id.clone();
        let is_queued = self.max_text_bytes().is_some_and(|max| {
            ended.output_truncated |= cut(&mut ended.output, max);
            ended.error_truncated |= cut(&mut ended.error, max);
            self.offer(Entry::Ended(ended))
        });
        let mut unfinished = self.shared.unfinished();
        if unfinished.begun.remove(&id) && !is_queued {
            unfinished.ended.push(id);
        }
    }

    /// Whether the settings enable the journal.
    pub(super) fn is_enabled(&self) -> bool {
        self.max_text_bytes().is_some()
    }

    /// The number of entries that were dropped: the queue was full, or the file could not be written.
    pub(super) fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// Applies new settings. The thread reads them with every message, so a full queue needs no message of its own.
    pub(super) fn apply(&self, settings: &JournalSettings) {
        self.shared.settings().clone_from(settings);
        self.try_send(Message::Apply);
    }

    /// Sends a message that is not an entry; waits while the queue is full. `false` if the thread is gone.
    pub(super) fn send(&self, message: Message) -> bool {
        self.messages.send(message).is_ok()
    }

    /// Sends a message that is not an entry; `false` if the queue is full or the thread is gone.
    pub(super) fn try_send(&self, message: Message) -> bool {
        self.messages.try_send(message).is_ok()
    }

    fn max_text_bytes(&self) -> Option<usize> {
        let settings = self.shared.settings();
        settings.enabled.then_some(settings.max_text_bytes)
    }

    /// Queues an entry; `false` if it was dropped.
    fn offer(&self, entry: Entry) -> bool {
        let bytes = entry.bytes();
        let waiting = self.shared.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        // An entry that is alone in the queue is accepted whatever its size.
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
    /// Takes the executions whose end was not recorded. The beginning of each has been queued before.
    pub(super) fn take_unrecorded(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.unfinished().ended)
    }

    /// Puts back executions that could not be marked yet.
    pub(super) fn put_back(&self, mut unrecorded: Vec<String>) {
        self.shared.unfinished().ended.append(&mut unrecorded);
    }

    /// Counts entries that could not be written.
    pub(super) fn lose(&self, entries: usize) {
        self.shared.dropped.fetch_add(entries as u64, Ordering::Relaxed);
    }

    /// The current settings.
    pub(super) fn settings(&self) -> JournalSettings {
        self.shared.settings().clone()
    }

    /// The next message and, as long as they are entries, those that follow soon, at most `most`. Empty if none came within
    /// `time`, `None` if all senders are gone.
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
        // A batch that is not full has emptied the queue.
        if batch.len() < most && self.shared.is_dropping.swap(false, Ordering::Relaxed) {
            tracing::warn!(dropped = self.shared.dropped.load(Ordering::Relaxed), "the journal has caught up");
        }
        Some(batch)
    }
}

impl Entry {
    /// The size of its texts, in bytes.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Begun { begun, .. } => begun.bytes(),
            Self::Ended(ended) => ended.output.len() + ended.error.len(),
        }
    }
}

/// Cuts a text to at most `max` bytes between two characters; returns whether anything was cut.
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
