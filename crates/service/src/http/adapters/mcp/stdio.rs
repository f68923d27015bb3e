//! A client on standard input and output.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

use super::assistant::{Assistant, Gone};
use super::backend::Backend;

/// How long the answers of cancelled calls may take, which a client that has left does not read.
const FAREWELL: Duration = Duration::from_millis(300);

/// Serves one client until it closes its end or `stop` is ready. Its programs are cancelled then.
///
/// # Errors
/// The input is not the Model Context Protocol.
pub async fn serve<B: Backend>(
    backend: B,
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + Unpin + 'static,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (gone, mut stop) = (Gone::default(), pin!(stop));
    let input = Input { input, gone: gone.clone() };
    let greeted = tokio::select! {
        greeted = Assistant::new(backend, gone.clone()).serve((input, output)) => greeted,
        () = &mut stop => return Ok(()),
    };
    let running = match greeted {
        Ok(running) => running,
        // The client left before its first message.
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(io::Error::other(error)),
    };
    let cancel = running.cancellation_token();
    let mut ended = pin!(running.waiting());
    // The end of the client's input cancels its calls; `stop` also ends the server itself.
    tokio::select! {
        ended = &mut ended => return ended.map(drop).map_err(io::Error::other),
        () = gone.0.cancelled() => {}
        () = stop => {
            gone.0.cancel();
            cancel.cancel();
        }
    }
    // The SDK would wait for 5 s for calls in progress, and for ever for a client that reads nothing.
    timeout(FAREWELL, ended).await.map_or(Ok(()), |ended| ended.map(drop).map_err(io::Error::other))
}

/// The client's messages. Their end cancels the calls in progress.
struct Input<I> {
    input: I,
    gone: Gone,
}

impl<I: AsyncRead + Unpin> AsyncRead for Input<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let room = buffer.remaining();
        let read = ready!(Pin::new(&mut self.input).poll_read(cx, buffer));
        if read.is_err() || (room > 0 && buffer.remaining() == room) {
            self.gone.0.cancel();
        }
        Poll::Ready(read)
    }
}
