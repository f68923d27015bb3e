//! Counts the bytes that a connection has received of a message that is not complete.
//!
//! A WebSocket's message may be as large as a request's body, and the library that reads it keeps the received part until the
//! rest is there. These bytes count in the budget like a body's: when it is used up, reading the connection fails. A short
//! message is read all the same: a signal must reach its program whatever others hold.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::budget::{Exhausted, Share};

/// The bytes of a message that are read although the budget is used up.
const ALWAYS_BYTES: usize = 1 << 20;

/// The bytes of a connection since its last complete message. Clones share it. Nothing counts before [`Received::count`].
#[derive(Clone, Default)]
pub(crate) struct Received(Arc<Mutex<Option<Share>>>);

impl Received {
    /// Counts from now on, in `share`.
    pub(crate) fn count(&self, share: Share) {
        *self.lock() = Some(share);
    }

    /// A message is complete: its bytes are its reader's from now on.
    pub(crate) fn complete(&self) {
        if let Some(share) = self.lock().as_mut() {
            share.set(0);
        }
    }

    fn add(&self, bytes: usize) -> Result<(), Exhausted> {
        self.lock().as_mut().map_or(Ok(()), |share| share.grow_from(bytes, ALWAYS_BYTES))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Share>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection whose received bytes are counted.
pub(crate) struct Counted<S> {
    io: S,
    received: Received,
}

impl<S> Counted<S> {
    /// Wraps `io`, and counts in `received`.
    pub(crate) fn new(io: S, received: Received) -> Self {
        Self { io, received }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        ready!(Pin::new(&mut this.io).poll_read(context, into))?;
        let more = into.filled().len() - before;
        Poll::Ready(this.received.add(more).map_err(io::Error::other))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write_vectored(context, slices)
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
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::{Counted, Received};
    use crate::http::budget::{Budget, Exhausted};

    const MIB: usize = 1 << 20;

    #[tokio::test]
    async fn bytes_count_until_their_message_is_complete_and_fail_beyond_the_budget() {
        let (budget, received) = (Budget::new(10 * MIB), Received::default());
        let (ours, mut theirs) = duplex(64 << 20);
        let mut connection = Counted::new(ours, received.clone());
        let mut read = async |bytes: usize| {
            theirs.write_all(&vec![0; bytes]).await.expect("room");
            connection.read_exact(&mut vec![0; bytes]).await.map(|_| budget.used())
        };
        assert_eq!(read(50 * MIB).await.expect("no WebSocket yet"), 0);
        received.count(budget.share());
        let mut other = budget.share();
        other.grow(4 * MIB).expect("room");
        assert_eq!((read(2 * MIB).await.expect("room"), read(4 * MIB).await.expect("room")), (6 * MIB, 10 * MIB));
        let refused = read(1).await.expect_err("the budget is used up");
        assert!(refused.get_ref().is_some_and(|source| source.is::<Exhausted>()), "{refused}");
        received.complete();
        assert_eq!((budget.used(), read(6 * MIB).await.expect("room")), (4 * MIB, 10 * MIB));
        received.complete();
        other.set(11 * MIB);
        assert_eq!(read(MIB).await.expect("a short message"), 12 * MIB);
        assert!(read(1).await.is_err(), "a long message");
    }
}
