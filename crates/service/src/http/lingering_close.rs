//! Lingering close, as nginx calls it: bytes that a client still sends after its header was refused are received and discarded.
//!
//! A socket that is closed with unread bytes resets its connection. A client that still sends then sees an error, and on Windows
//! it loses a response that it has not read yet. `body` does the same for the body of a request.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf, copy, sink};
use tokio::time::timeout;

/// How many bytes are discarded.
const MOST_BYTES: u64 = 64 << 20;
/// How long they are discarded.
const LONGEST: Duration = if cfg!(test) { Duration::from_secs(2) } else { Duration::from_secs(10) };

/// Ends sending on `socket`, and discards received bytes until the other side ends sending too.
pub(crate) async fn linger(mut socket: impl AsyncRead + AsyncWrite + Unpin) {
    let discard = async {
        socket.shutdown().await?;
        copy(&mut socket.take(MOST_BYTES), &mut sink()).await
    };
    // Both errors mean that nobody reads the response any more.
    let _ = timeout(LONGEST, discard).await;
}

/// A socket that is still there when the connection that uses it has ended. Clones are the same socket.
pub(crate) struct Shared<S>(Arc<Mutex<S>>);

impl<S> Shared<S> {
    /// Shares `socket`.
    pub(crate) fn new(socket: S) -> Self {
        Self(Arc::new(Mutex::new(socket)))
    }

    fn lock(&self) -> MutexGuard<'_, S> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Clone for Shared<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Shared<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Shared<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.lock()).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.lock()).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.lock().is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.lock()).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::timeout;

    use super::{LONGEST, Shared, linger};

    /// Both ends of a connection.
    async fn connection() -> (Shared<TcpStream>, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let client = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("a listener");
        (Shared::new(listener.accept().await.expect("a client").0), client)
    }

    #[tokio::test]
    async fn a_client_that_reads_after_sending_gets_the_response() {
        let (ours, mut client) = connection().await;
        let serving = tokio::spawn(async move {
            let mut used = ours.clone();
            used.read_exact(&mut [0; 100]).await.expect("a beginning");
            used.write_all(b"refused").await.expect("room");
            drop(used);
            linger(ours).await;
        });
        client.write_all(&vec![0; 16 << 20]).await.expect("all of it is taken");
        client.shutdown().await.expect("a half-closed connection");
        serving.await.expect("it ends");
        let mut response = String::new();
        client.read_to_string(&mut response).await.expect("a response");
        assert_eq!(response, "refused");
    }

    #[tokio::test]
    async fn a_client_that_does_not_close_is_given_up() {
        let (ours, _client) = connection().await;
        timeout(LONGEST * 10, linger(ours)).await.expect("it ends by itself");
    }
}
