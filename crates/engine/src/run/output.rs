//! The output of a run on its way to the events.
//!
//! Programs write in small pieces: Python, told not to keep output to itself, writes each line in two. Reading each piece by itself
//! wakes this process for it, and that costs the program more than the writing. So pieces are gathered where nobody can tell: a line
//! that has begun is held for a moment until its end is there, and of output that comes in a burst what was written meanwhile is
//! taken every millisecond. The first piece after a pause is never held, and nothing is once the program has ended.

mod warnings;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::activity::Activity;
use super::decode::TextDecoder;
use crate::outcome::Event;
use warnings::WarningFilter;

/// Bytes read from a stream at once: what a Linux pipe holds.
const CHUNK: usize = 64 << 10;
/// How long a line that has begun is held for its end. A prompt is late by this, which nobody sees.
const HOLD: Duration = Duration::from_millis(10);
/// How long output is gathered during a burst.
const PAUSE: Duration = Duration::from_millis(1);
/// So many reads without a pause of the program between them are a burst.
const BURST: u32 = 8;
/// With more than this in one read a program fills its pipe faster than a pause ends.
const PLENTY: usize = CHUNK / 4;

/// Where a run's output goes, and how much there was.
pub(crate) struct Output {
    events: mpsc::Sender<Event>,
    written: AtomicU64,
    most: u64,
    /// Notified when there was more than the run may write.
    pub(crate) flooded: Notify,
    /// When something was last printed or typed.
    pub(crate) activity: Activity,
    /// Cancelled when the program has ended: what is left is read without pauses.
    pub(crate) over: CancellationToken,
}

impl Output {
    /// For a run that may write `most` bytes.
    pub(crate) fn new(events: mpsc::Sender<Event>, most: u64) -> Self {
        let (written, flooded, over) = (AtomicU64::new(0), Notify::new(), CancellationToken::new());
        Self { events, written, most, flooded, activity: Activity::new(), over }
    }

    /// Passes both streams on as text until their end; what `announces` says that its interpreter announces is left out. When nobody
    /// listens any more they are still read, so that the program goes on.
    pub(crate) async fn forward<R: AsyncRead + Unpin>(
        &self,
        stdout: R,
        stderr: Option<R>,
        has_terminal: bool,
        announces: bool,
    ) {
        let mut streams =
            [Stream::new(Some(stdout), has_terminal, Event::Stdout), Stream::new(stderr, has_terminal, Event::Stderr)];
        // A terminal shows standard error with the output.
        streams[usize::from(!has_terminal)].warnings = announces.then(WarningFilter::default);
        let mut pace = Pace::default();
        while let Some(index) = first(&mut streams).await {
            let [stdout, stderr] = &mut streams;
            let (one, other) = if index == 0 { (stdout, stderr) } else { (stderr, stdout) };
            if pace.is_burst(one.chunk.len()) {
                self.pause(one, other).await;
                pace.paused(one.chunk.len());
            } else if !has_terminal {
                self.hold(one, other).await;
            }
            self.send(one).await;
            self.send(other).await;
            pace.done();
        }
        for stream in &mut streams {
            self.finish(stream).await;
        }
    }

    /// Gathers for a moment, unless the other stream has something: then this one's is older and goes first.
    async fn pause<R: AsyncRead + Unpin>(&self, one: &mut Stream<R>, other: &mut Stream<R>) {
        tokio::select! {
            () = sleep(PAUSE) => {}
            () = self.over.cancelled() => {}
            () = other.more(), if other.is_open() => {}
        }
        while one.has_room() && one.more().now_or_never().is_some() {}
    }

    /// Waits for the end of a line that has begun.
    async fn hold<R: AsyncRead + Unpin>(&self, one: &mut Stream<R>, other: &mut Stream<R>) {
        let end = Instant::now() + HOLD;
        while one.is_within_line() && one.has_room() {
            tokio::select! {
                biased;
                () = one.more() => {}
                () = other.more(), if other.is_open() => break,
                () = self.over.cancelled() => break,
                () = sleep_until(end) => break,
            }
        }
    }

    async fn send<R>(&self, stream: &mut Stream<R>) {
        if stream.chunk.is_empty() {
            return;
        }
        self.activity.note();
        self.count(stream.chunk.len());
        let text = stream.text.push(&stream.chunk);
        let text = stream.warnings.as_mut().map(|warnings| warnings.pass(&text)).unwrap_or(text);
        stream.chunk.clear();
        self.tell(text, stream.event).await;
    }

    async fn finish<R>(&self, stream: &mut Stream<R>) {
        let mut text = stream.text.finish();
        if let Some(warnings) = &mut stream.warnings {
            text = warnings.pass(&text) + &warnings.finish();
        }
        self.tell(text, stream.event).await;
    }

    async fn tell(&self, text: String, event: fn(String) -> Event) {
        if !text.is_empty() {
            let _ = self.events.send(event(text)).await;
        }
    }

    fn count(&self, bytes: usize) {
        let before = self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        if before + bytes as u64 > self.most {
            self.flooded.notify_one();
        }
    }
}

/// One of a program's two output streams.
struct Stream<R> {
    reader: Option<R>,
    text: TextDecoder,
    warnings: Option<WarningFilter>,
    /// What was read and not sent yet.
    chunk: Vec<u8>,
    event: fn(String) -> Event,
}

impl<R: AsyncRead + Unpin> Stream<R> {
    fn new(reader: Option<R>, has_terminal: bool, event: fn(String) -> Event) -> Self {
        let text = if has_terminal { TextDecoder::for_terminal() } else { TextDecoder::new() };
        let chunk = if reader.is_some() { Vec::with_capacity(CHUNK) } else { Vec::new() };
        Self { reader, text, warnings: None, chunk, event }
    }

    fn is_open(&self) -> bool {
        self.reader.is_some()
    }

    /// Reads once; at the end the reader is dropped. Cancel safe: either nothing was read or it is in the chunk.
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

/// Waits until one of the streams had something, or its end; `None` when both have ended.
async fn first<R: AsyncRead + Unpin>([stdout, stderr]: &mut [Stream<R>; 2]) -> Option<usize> {
    tokio::select! {
        biased;
        () = stdout.more(), if stdout.is_open() => Some(0),
        () = stderr.more(), if stderr.is_open() => Some(1),
        else => None,
    }
}

/// How fast output comes.
#[derive(Default)]
struct Pace {
    last: Option<Instant>,
    quick: u32,
}

impl Pace {
    /// Whether what was read just now, `bytes` of it, belongs to a burst that is worth a pause.
    fn is_burst(&mut self, bytes: usize) -> bool {
        let is_quick = self.last.is_some_and(|last| last.elapsed() < PAUSE);
        self.quick = if is_quick { self.quick.saturating_add(1) } else { 0 };
        self.quick >= BURST && bytes < PLENTY
    }

    /// A pause brought `bytes`. Where that is much of what a pipe holds, the next ones are read at once.
    fn paused(&mut self, bytes: usize) {
        if bytes >= CHUNK / 2 {
            self.quick = 0;
        }
    }

    /// It was sent.
    fn done(&mut self) {
        self.last = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests;
