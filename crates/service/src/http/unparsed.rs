//! The header of answers to requests that cannot be parsed: 400, 414 and 431.
//!
//! hyper writes these itself, so no layer of the router sees them. They are known by their place: no request is being answered,
//! and everything before was flushed. If a client sends such a request before it has read the answer to the one before, which no
//! browser does, its answer may lack the header.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The header of every answer, with its name as `middleware` writes it.
const HEADER: &[u8] = b"\r\ncross-origin-resource-policy: same-origin";
/// How such an answer begins.
const BEGINNING: &[u8] = b"HTTP/1.1 4";

/// Nothing of a response was written, or all of it was flushed.
const IDLE: usize = 0;
/// The response is not complete.
const ANSWERING: usize = 1;
/// All of the response was given to hyper, which may not have written it yet.
const COMPLETE: usize = 2;

/// How far the response of a connection is. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress(Arc<AtomicUsize>);

impl Progress {
    /// A request has come.
    pub(crate) fn begin(&self) {
        self.0.store(ANSWERING, Ordering::Release);
    }

    /// Its response is dropped.
    pub(crate) fn complete(&self) {
        self.0.store(COMPLETE, Ordering::Release);
    }

    fn flushed(&self) {
        // Nothing changes while the response is not complete.
        let _ = self.0.compare_exchange(COMPLETE, IDLE, Ordering::AcqRel, Ordering::Acquire);
    }

    fn is_idle(&self) -> bool {
        self.0.load(Ordering::Acquire) == IDLE
    }
}

/// A connection whose answers to unparsed requests get the header.
pub(crate) struct Amended<S> {
    io: S,
    progress: Progress,
    /// The rest of such an answer, which is not written yet.
    rest: Vec<u8>,
}

impl<S: AsyncWrite + Unpin> Amended<S> {
    /// Wraps `io`, whose requests report through `progress`.
    pub(crate) fn new(io: S, progress: Progress) -> Self {
        Self { io, progress, rest: Vec::new() }
    }

    /// The answer with the header, if `bytes` are one that hyper writes itself.
    fn amended(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let is_own = self.progress.is_idle() && bytes.starts_with(BEGINNING);
        let end = bytes.iter().position(|byte| *byte == b'\r').filter(|_| is_own)?;
        Some([&bytes[..end], HEADER, &bytes[end..]].concat())
    }

    fn write_rest(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.rest.is_empty() {
            match ready!(Pin::new(&mut self.io).poll_write(context, &self.rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => drop(self.rest.drain(..count)),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Amended<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Amended<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.rest.is_empty() {
            match this.amended(bytes) {
                Some(amended) => this.rest = amended,
                None => return Pin::new(&mut this.io).poll_write(context, bytes),
            }
        }
        // After a pause, hyper passes the same bytes again.
        ready!(this.write_rest(context))?;
        // The bytes that follow are not the beginning of an answer.
        this.progress.complete();
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = slices.iter().find(|slice| !slice.is_empty());
        match first.filter(|first| !self.rest.is_empty() || self.amended(first).is_some()) {
            Some(first) => self.as_mut().poll_write(context, first),
            None => Pin::new(&mut self.get_mut().io).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.io).poll_flush(context))?;
        // hyper flushes the connection when it has written all that it had.
        this.progress.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::{Amended, Progress};

    const BAD: &str = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";
    const AMENDED: &str =
        "HTTP/1.1 400 Bad Request\r\ncross-origin-resource-policy: same-origin\r\ncontent-length: 0\r\n\r\n";

    /// The bytes that a client receives, one at a time, while `write` writes.
    async fn received(write: impl AsyncFnOnce(&mut Amended<tokio::io::DuplexStream>, &Progress)) -> String {
        let progress = Progress::default();
        let (ours, mut theirs) = duplex(1);
        let mut connection = Amended::new(ours, progress.clone());
        let writing = async {
            write(&mut connection, &progress).await;
            drop(connection);
        };
        let mut text = String::new();
        let ((), read) = tokio::join!(writing, theirs.read_to_string(&mut text));
        read.expect("text");
        text
    }

    #[tokio::test]
    async fn an_answer_without_a_request_gets_the_header() {
        let text = received(async |connection, _| connection.write_all(BAD.as_bytes()).await.expect("a reader")).await;
        assert_eq!(text, AMENDED);
        let text = received(async |connection, _| {
            let slices = [std::io::IoSlice::new(b""), std::io::IoSlice::new(BAD.as_bytes())];
            let count = connection.write_vectored(&slices).await.expect("a reader");
            assert_eq!(count, BAD.len());
        })
        .await;
        assert_eq!(text, AMENDED);
    }

    #[tokio::test]
    async fn responses_and_what_programs_print_stay_as_they_are() {
        let text = received(async |connection, progress| {
            progress.begin();
            connection.write_all(BAD.as_bytes()).await.expect("a reader");
            connection.flush().await.expect("a reader");
            // A part of the body that looks like an answer, and the last part after the response was dropped.
            connection.write_all(BAD.as_bytes()).await.expect("a reader");
            progress.complete();
            connection.write_all(BAD.as_bytes()).await.expect("a reader");
            connection.flush().await.expect("a reader");
            // Only now may hyper answer itself.
            connection.write_all(BAD.as_bytes()).await.expect("a reader");
        })
        .await;
        assert_eq!(text, [BAD, BAD, BAD, AMENDED].concat());
    }
}
