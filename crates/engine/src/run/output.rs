//! Reads a run's output and sends it as events.
//!
//! Programs write in small pieces; an unbuffered Python writes each line in two. Waking this process for every piece costs the
//! program more than the writing. Pieces are therefore joined where nobody can notice: an incomplete line is held briefly until
//! it ends, and in a burst the output of each millisecond is read at once. The first piece after a pause is never held, and
//! nothing is held once the program has ended.

mod warnings;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{Notify, SetOnce};
use tokio::time::{Instant, sleep, sleep_until};

use super::activity::Activity;
use super::decode::TextDecoder;
use crate::outcome::Event;
use crate::session::EventSink;
use warnings::WarningFilter;

/// Bytes read from a stream at once: the capacity of a Linux pipe.
const CHUNK: usize = 64 << 10;
/// Bytes that are kept of the end of standard error.
const TAIL: usize = 8 << 10;
/// How long an incomplete line is held. A prompt is late by this, which nobody sees.
const HOLD: Duration = Duration::from_millis(10);
/// How long output is collected during a burst.
const PAUSE: Duration = Duration::from_millis(1);
/// So many reads in a row without a pause between them are a burst.
const BURST: u32 = 8;
/// A program that fills more than this per read fills its pipe before a pause is over, so it is not paused.
const PLENTY: usize = CHUNK / 4;

/// The amount of a run's output so far, and the signals that end reading.
pub(crate) struct Output {
    /// The end of standard error, or of a terminal.
    tail: Mutex<String>,
    written: AtomicU64,
    most: u64,
    /// Notified when the output exceeds the limit.
    pub(crate) flooded: Notify,
    /// When the run last printed or received input.
    pub(crate) activity: Activity,
    /// Set when the program has ended: the rest is read without pauses.
    over: SetOnce<()>,
}

impl Output {
    /// For a run that may write `most` bytes.
    pub(crate) fn new(most: u64) -> Self {
        let (written, flooded, over) = (AtomicU64::new(0), Notify::new(), SetOnce::new());
        Self { tail: Mutex::default(), written, most, flooded, activity: Activity::new(), over }
    }

    /// The end of standard error, or of a terminal.
    pub(crate) fn into_tail(self) -> String {
        self.tail.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the program has ended.
    pub(crate) fn end(&self) {
        // An error means that this is known already.
        let _ = self.over.set(());
    }

    /// Puts both streams as text into `events` until they end. With `announces`, Node.js' warnings about TypeScript are left out.
    pub(crate) async fn forward<R: AsyncRead + Unpin>(
        &self,
        stdout: R,
        stderr: Option<R>,
        has_terminal: bool,
        announces: bool,
        events: &mut impl EventSink,
    ) {
        let mut streams =
            [Stream::new(Some(stdout), has_terminal, Event::Stdout), Stream::new(stderr, has_terminal, Event::Stderr)];
        streams[usize::from(!has_terminal)].has_tail = true;
        // A terminal merges standard error into the output.
        streams[usize::from(!has_terminal)].warnings = announces.then(WarningFilter::default);
        let mut pace = Pace::default();
        while let Some(index) = first(&mut streams).await {
            let [stdout, stderr] = &mut streams;
            let (one, other) = if index == 0 { (stdout, stderr) } else { (stderr, stdout) };
            // A burst is collected; otherwise an incomplete line is held until it ends, except on a terminal.
            if pace.is_burst(one.chunk.len()) {
                self.pause(one, other).await;
                pace.paused(one.chunk.len());
            } else if !has_terminal {
                self.hold(one, other).await;
            }
            self.send(one, events).await;
            self.send(other, events).await;
            pace.done();
        }
        for stream in &mut streams {
            self.finish(stream, events).await;
        }
    }

    /// Collects for [`PAUSE`]. It ends early when the other stream has data, so that the older piece is sent first.
    async fn pause<R: AsyncRead + Unpin>(&self, one: &mut Stream<R>, other: &mut Stream<R>) {
        tokio::select! {
            () = sleep(PAUSE) => {}
            _ = self.over.wait() => {}
            () = other.more(), if other.is_open() => {}
        }
        while one.has_room() && one.more().now_or_never().is_some() {}
    }

    /// Waits for the end of an incomplete line.
    async fn hold<R: AsyncRead + Unpin>(&self, one: &mut Stream<R>, other: &mut Stream<R>) {
        let end = Instant::now() + HOLD;
        while one.is_within_line() && one.has_room() {
            tokio::select! {
                biased;
                () = one.more() => {}
                () = other.more(), if other.is_open() => break,
                _ = self.over.wait() => break,
                () = sleep_until(end) => break,
            }
        }
    }

    async fn send<R>(&self, stream: &mut Stream<R>, events: &mut impl EventSink) {
        if stream.chunk.is_empty() {
            return;
        }
        self.activity.note();
        self.count(stream.chunk.len());
        let text = stream.text.push(&stream.chunk);
        let text = stream.warnings.as_mut().map(|warnings| warnings.pass(&text)).unwrap_or(text);
        stream.chunk.clear();
        self.keep_tail(stream, &text);
        tell(text, stream.event, events).await;
    }

    fn keep_tail<R>(&self, stream: &Stream<R>, text: &str) {
        if !stream.has_tail || text.is_empty() {
            return;
        }
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.push_str(text);
        let surplus = tail.len().saturating_sub(TAIL);
        let surplus = (surplus..=tail.len()).find(|at| tail.is_char_boundary(*at)).unwrap_or_default();
        tail.drain(..surplus);
    }

    async fn finish<R>(&self, stream: &mut Stream<R>, events: &mut impl EventSink) {
        let mut text = stream.text.finish();
        if let Some(warnings) = &mut stream.warnings {
            text = warnings.pass(&text) + &warnings.finish();
        }
        self.keep_tail(stream, &text);
        tell(text, stream.event, events).await;
    }

    fn count(&self, bytes: usize) {
        let before = self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        if before + bytes as u64 > self.most {
            self.flooded.notify_one();
        }
    }
}

async fn tell(text: String, event: fn(String) -> Event, events: &mut impl EventSink) {
    if !text.is_empty() {
        events.put(event(text)).await;
    }
}

/// One of a program's two output streams.
struct Stream<R> {
    reader: Option<R>,
    text: TextDecoder,
    warnings: Option<WarningFilter>,
    /// Whether its end is kept.
    has_tail: bool,
    /// Read, but not sent yet.
    chunk: Vec<u8>,
    event: fn(String) -> Event,
}

impl<R: AsyncRead + Unpin> Stream<R> {
    fn new(reader: Option<R>, has_terminal: bool, event: fn(String) -> Event) -> Self {
        let text = if has_terminal { TextDecoder::for_terminal() } else { TextDecoder::new() };
        let chunk = if reader.is_some() { Vec::with_capacity(CHUNK) } else { Vec::new() };
        Self { reader, text, warnings: None, has_tail: false, chunk, event }
    }

    fn is_open(&self) -> bool {
        self.reader.is_some()
    }

    /// Reads once; at the end of the stream the reader is dropped. Cancel safe: either nothing was read or it is in the chunk.
    async fn more(&mut self) {
        let Some(reader) = &mut self.reader else { return std::future::pending().await };
        if !reader.read_buf(&mut self.chunk).await.is_ok_and(|read| read > 0) {
            self.reader = None;
        }
    }

    fn has_room(&self) -> bool {
        self.is_open() && self.chunk.len() < CHUNK
    }

    fn is_within_line(&self) -> bool {
        self.chunk.last().is_some_and(|last| *last != b'\n')
    }
}

/// Waits until one of the streams has data or ends; `None` when both have ended.
async fn first<R: AsyncRead + Unpin>([stdout, stderr]: &mut [Stream<R>; 2]) -> Option<usize> {
    tokio::select! {
        biased;
        () = stdout.more(), if stdout.is_open() => Some(0),
        () = stderr.more(), if stderr.is_open() => Some(1),
        else => None,
    }
}

/// How fast output arrives.
#[derive(Default)]
struct Pace {
    last: Option<Instant>,
    quick: u32,
}

impl Pace {
    /// Whether a read of `bytes` just now belongs to a burst that is worth a pause.
    fn is_burst(&mut self, bytes: usize) -> bool {
        let is_quick = self.last.is_some_and(|last| last.elapsed() < PAUSE);
        self.quick = if is_quick { self.quick.saturating_add(1) } else { 0 };
        self.quick >= BURST && bytes < PLENTY
    }

    /// A pause collected `bytes`. Close to a full pipe, the next reads are done without a pause.
    fn paused(&mut self, bytes: usize) {
        if bytes >= CHUNK / 2 {
            self.quick = 0;
        }
    }

    /// The chunk was sent.
    fn done(&mut self) {
        self.last = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests;
