//! Values that are held until a part of a response has been written to its connection, or its client is gone.

use axum::body::Bytes;

use super::budget::Share;

/// `bytes` of a response that own `held`. The server drops both when the bytes have been written.
pub(crate) fn until_sent(bytes: impl AsRef<[u8]> + Send + 'static, held: impl Send + 'static) -> Bytes {
    Bytes::from_owner(Holding { bytes, _held: held })
}

/// `bytes` of a response, which count in `share` and hold `held` until sent. They replace the earlier bytes of the share.
pub(crate) fn counted(bytes: impl AsRef<[u8]> + Send + 'static, mut share: Share, held: impl Send + 'static) -> Bytes {
    share.set(bytes.as_ref().len());
    until_sent(bytes, (share, held))
}

struct Holding<B, T> {
    bytes: B,
    _held: T,
}

impl<B: AsRef<[u8]>, T> AsRef<[u8]> for Holding<B, T> {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::time::Duration;

    use axum::body::{Body, Bytes};
    use axum::http::Response;
    use futures_util::stream;
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::task::yield_now;
    use tokio::time::timeout;

    use super::until_sent;
    use crate::http::write_timeout::{Stall, WriteTimeout};

    /// The last part of each response: more than a connection takes.
    const LENGTH: usize = 1 << 20;
    const PATIENCE: Duration = Duration::from_secs(20);

    /// A response in one piece, or in several of which the last one holds something.
    fn body(in_one_piece: bool, last: Bytes) -> Body {
        match in_one_piece {
            true => Body::from(last),
            false => {
                let parts = [Bytes::from_static(b" "), last].map(Ok::<_, Infallible>);
                Body::from_stream(stream::iter(parts))
            }
        }
    }

    /// The client's end of a connection whose answer has begun to arrive.
    async fn ask(in_one_piece: bool, held: Arc<()>) -> DuplexStream {
        let (mut client, server) = duplex(1024);
        tokio::spawn(async move {
            let answer = move |_| {
                let last = until_sent(vec![b'x'; LENGTH], held.clone());
                async move { Ok::<_, Infallible>(Response::new(body(in_one_piece, last))) }
            };
            let io = TokioIo::new(WriteTimeout::new(server, Stall::default()));
            let _ = http1::Builder::new().serve_connection(io, service_fn(answer)).await;
        });
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.expect("it reads");
        client.read_exact(&mut [0; 600]).await.expect("an answer");
        client
    }

    /// Waits until nobody else has the value.
    async fn released(held: &Arc<()>) {
        let released = async {
            while Arc::strong_count(held) > 1 {
                yield_now().await;
            }
        };
        timeout(PATIENCE, released).await.expect("it is released");
    }

    #[tokio::test]
    async fn a_value_is_held_until_its_bytes_were_written() {
        for in_one_piece in [true, false] {
            let held = Arc::new(());
            let mut client = ask(in_one_piece, held.clone()).await;
            for _ in 0..LENGTH / 2048 {
                client.read_exact(&mut [0; 1024]).await.expect("more");
                // This test, the handler and the response.
                assert_eq!(Arc::strong_count(&held), 3, "it was released while the client read");
            }
            client.read_to_end(&mut Vec::new()).await.expect("the rest");
            released(&held).await;
        }
    }

    #[tokio::test]
    async fn a_value_is_released_when_the_client_is_gone() {
        for in_one_piece in [true, false] {
            let held = Arc::new(());
            drop(ask(in_one_piece, held.clone()).await);
            released(&held).await;
        }
    }
}
