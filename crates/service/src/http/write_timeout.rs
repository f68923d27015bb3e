//! A connection that must go on: one whose client takes nothing for too long is broken off.
//!
//! What counts is whether anything is taken, not how long all of it takes: a slow client stays. It holds for every kind of
//! answer, and after an upgrade for the WebSocket, because it is the connection itself that is watched.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// A client that takes nothing for so long is given up.
const STALLED: Duration = Duration::from_secs(60);

/// Since when something is to be sent that the client does not take; nothing while it takes all there is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unsent(Arc<Mutex<Option<Instant>>>);

impl Unsent {
    /// How long the client has taken nothing of what is there for it.
    pub(crate) fn since(&self) -> Option<Duration> {
        self.lock().map(|since| since.elapsed())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that is watched.
pub(crate) struct Progress<S> {
    io: S,
    unsent: Unsent,
    patience: Duration,
    /// When the client is given up; there only while it takes nothing.
    end: Option<Pin<Box<Sleep>>>,
}

impl<S> Progress<S> {
    /// Watches `io`, and says through `unsent` while its client takes nothing.
    pub(crate) fn new(io: S, unsent: Unsent) -> Self {
        Self { io, unsent, patience: STALLED, end: None }
    }

    /// Passes on how a write went, unless none has gone on for too long.
    fn watch<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            if self.end.take().is_some() {
                *self.unsent.lock() = None;
            }
            return written;
        }
        let (unsent, patience) = (&self.unsent, self.patience);
        let end = self.end.get_or_insert_with(|| {
            *unsent.lock() = Some(Instant::now());
            Box::pin(sleep(patience))
        });
        ready!(end.as_mut().poll(context));
        // Whoever asks again is told the same.
        end.as_mut().reset(Instant::now());
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Progress<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Progress<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write(context, bytes);
        this.watch(context, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write_vectored(context, slices);
        this.watch(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::{Instant, sleep};

    use super::{Progress, Unsent};

    const PATIENCE: Duration = Duration::from_secs(1);

    /// A connection with room for 16 bytes, and its other end.
    fn connection(unsent: &Unsent) -> (Progress<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(16);
        (Progress { patience: PATIENCE, ..Progress::new(ours, unsent.clone()) }, theirs)
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up() {
        let unsent = Unsent::default();
        let (mut connection, _theirs) = connection(&unsent);
        connection.write_all(&[0; 16]).await.expect("room");
        assert_eq!(unsent.since(), None);
        let began = Instant::now();
        let failed = connection.write_all(&[0; 1]).await.expect_err("no reader");
        assert_eq!((failed.kind(), began.elapsed() >= PATIENCE), (ErrorKind::TimedOut, true));
        assert!(unsent.since().is_some_and(|since| since >= PATIENCE));
        assert!(connection.write_all(&[0; 1]).await.is_err(), "it is given up once and for all");
    }

    #[tokio::test]
    async fn a_slow_client_stays_however_long_it_takes() {
        let (mut connection, mut theirs) = connection(&Unsent::default());
        let began = Instant::now();
        let reading = tokio::spawn(async move {
            for _ in 0..15 {
                sleep(PATIENCE / 10).await;
                theirs.read_exact(&mut [0; 1]).await.expect("a byte");
            }
            theirs
        });
        connection.write_all(&[0; 31]).await.expect("a reader");
        reading.await.expect("the reader lives");
        assert!(began.elapsed() > PATIENCE);
    }

    #[tokio::test]
    async fn silence_before_an_answer_is_no_stall() {
        let (mut connection, mut theirs) = connection(&Unsent::default());
        connection.write_all(&[0; 16]).await.expect("room");
        sleep(PATIENCE * 2).await;
        theirs.read_exact(&mut [0; 16]).await.expect("bytes");
        connection.write_all(&[0; 16]).await.expect("room");
    }
}
