//! A write timeout for connections: a client that reads nothing for too long is disconnected.
//!
//! The timeout restarts with every byte that the client reads, so a slow client stays. It holds for every kind of response and,
//! after an upgrade, for the WebSocket, because it wraps the connection itself. The crate
//! `tokio-io-timeout` does not report how long a client has read nothing, by which `connection_limit` chooses whom to disconnect.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How long a client may read nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Since when the client has not read the bytes that wait for it; `None` while nothing waits. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stall(Arc<Mutex<Option<Instant>>>);

impl Stall {
    /// How long the client has read none of the bytes that wait for it.
    pub(crate) fn duration(&self) -> Option<Duration> {
        self.lock().map(|since| since.elapsed())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection with a write timeout.
pub(crate) struct WriteTimeout<S> {
    io: S,
    stall: Stall,
    patience: Duration,
    /// Ends when the client is given up. It exists only while a write waits.
    end: Option<Pin<Box<Sleep>>>,
}

impl<S> WriteTimeout<S> {
    /// Wraps `io`, and reports through `stall` while its client reads nothing.
    pub(crate) fn new(io: S, stall: Stall) -> Self {
        Self { io, stall, patience: PATIENCE, end: None }
    }

    /// Passes on the result of a write, or an error if writes have waited for too long.
    fn watch<T>(&mut self, context: &mut Context<'_>, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if result.is_ready() {
            if self.end.take().is_some() {
                *self.stall.lock() = None;
            }
            return result;
        }
        let (stall, patience) = (&self.stall, self.patience);
        let end = self.end.get_or_insert_with(|| {
            *stall.lock() = Some(Instant::now());
            Box::pin(sleep(patience))
        });
        ready!(end.as_mut().poll(context));
        // A later poll gets the error again.
        end.as_mut().reset(Instant::now());
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client takes nothing")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WriteTimeout<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WriteTimeout<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.io).poll_write(context, bytes);
        this.watch(context, result)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = Pin::new(&mut this.io).poll_write_vectored(context, slices);
        this.watch(context, result)
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

    use super::{Stall, WriteTimeout};

    const SHORT: Duration = Duration::from_secs(1);

    /// A connection with room for 16 bytes, and its other end.
    fn connection(stall: &Stall) -> (WriteTimeout<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(16);
        (WriteTimeout { patience: SHORT, ..WriteTimeout::new(ours, stall.clone()) }, theirs)
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_disconnected() {
        let stall = Stall::default();
        let (mut connection, _theirs) = connection(&stall);
        connection.write_all(&[0; 16]).await.expect("room");
        assert_eq!(stall.duration(), None);
        let began = Instant::now();
        let failed = connection.write_all(&[0; 1]).await.expect_err("no reader");
        assert_eq!((failed.kind(), began.elapsed() >= SHORT), (ErrorKind::TimedOut, true));
        assert!(stall.duration().is_some_and(|since| since >= SHORT));
        assert!(connection.write_all(&[0; 1]).await.is_err(), "it is given up once and for all");
    }

    #[tokio::test]
    async fn a_slow_client_stays_however_long_it_takes() {
        let (mut connection, mut theirs) = connection(&Stall::default());
        let began = Instant::now();
        let reading = tokio::spawn(async move {
            for _ in 0..15 {
                sleep(SHORT / 10).await;
                theirs.read_exact(&mut [0; 1]).await.expect("a byte");
            }
            theirs
        });
        connection.write_all(&[0; 31]).await.expect("a reader");
        reading.await.expect("the reader lives");
        assert!(began.elapsed() > SHORT);
    }

    #[tokio::test]
    async fn a_pause_before_a_response_is_no_stall() {
        let (mut connection, mut theirs) = connection(&Stall::default());
        connection.write_all(&[0; 16]).await.expect("room");
        sleep(SHORT * 2).await;
        theirs.read_exact(&mut [0; 16]).await.expect("bytes");
        connection.write_all(&[0; 16]).await.expect("room");
    }
}
