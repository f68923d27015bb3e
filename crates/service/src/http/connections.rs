//! The HTTP server: connections of the listening sockets, until they are closed.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use runtray_engine::Peer;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::http::connection_limit::{Seat, Seats};
use crate::http::write_timeout::Progress;

/// What a client gets to send a request's header, and how long a connection may lie idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// What the system may hold of answers that a client has not taken, in bytes.
const SEND_BUFFER: usize = 256 << 10;
/// After an error that says that the process has no descriptors left.
const PAUSE: Duration = Duration::from_millis(50);

/// A running server.
pub(crate) struct Server {
    accepting: Group,
    connections: Group,
    killed: CancellationToken,
}

/// Tasks, and what tells them to end.
#[derive(Clone, Default)]
struct Group {
    tasks: TaskTracker,
    end: CancellationToken,
}

impl Server {
    /// Serves `router` on every listener, to as many connections as there are `seats`. `failed` is called when a listener is no
    /// longer served without having been asked.
    pub(crate) fn start(
        listeners: Vec<TcpListener>,
        seats: &Seats,
        router: &Router,
        failed: impl FnOnce() + Send + 'static,
    ) -> Self {
        let server =
            Self { accepting: Group::default(), connections: Group::default(), killed: CancellationToken::new() };
        let acceptors: JoinSet<()> =
            listeners.into_iter().map(|listener| server.accept(listener, router.clone(), seats.clone())).collect();
        server.accepting.tasks.spawn(attend(acceptors, server.accepting.end.clone(), failed));
        server
    }

    /// Closes the listeners. When this returns, the port is free; connections stay.
    pub(crate) async fn stop_listening(&self) {
        self.accepting.end().await;
    }

    /// Lets every connection end its request, and breaks off those that have not after `patience`.
    pub(crate) async fn close_connections(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.connections.end()).await.is_err() {
            self.killed.cancel();
            self.connections.end().await;
        }
    }

    /// Ends everything without waiting.
    pub(crate) fn abandon(&self) {
        self.accepting.end.cancel();
        self.killed.cancel();
    }

    fn accept(&self, listener: TcpListener, router: Router, seats: Seats) -> impl Future<Output = ()> + use<> {
        let (connections, killed) = (self.connections.clone(), self.killed.clone());
        async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let serving = serve(stream, router.clone(), connections.end.clone(), seats.take().await);
                        connections.tasks.spawn(killed.clone().run_until_cancelled_owned(serving));
                    }
                    Err(error) => recover(&error).await,
                }
            }
        }
    }
}

impl Group {
    async fn end(&self) {
        self.end.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Keeps the acceptors until they are told to end.
async fn attend(mut acceptors: JoinSet<()>, end: CancellationToken, failed: impl FnOnce()) {
    if end.run_until_cancelled(acceptors.join_next()).await.is_some() {
        failed();
    }
    acceptors.shutdown().await;
}

/// A connection that broke before it was taken is nothing; running out of descriptors passes.
async fn recover(error: &io::Error) {
    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        tracing::warn!(%error, "could not take a connection");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn serve(stream: TcpStream, router: Router, end: CancellationToken, seat: Seat) {
    // Without it small answers wait for the acknowledgement of the one before; it fails only when the client is gone.
    let _ = stream.set_nodelay(true);
    let peer = owner(&stream).await;
    // What the system holds counts against nobody's budget, and it would hold megabytes of each answer; without it all is as well.
    let _ = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(
            TokioIo::new(Progress::new(stream, seat.unsent())),
            service_fn(|request| answer(&router, &seat, peer, request)),
        )
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = seat.asked_to_leave() => return,
        () = end.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// Whose program opened the connection: looked up once and before anything is read, while the other end is still there.
async fn owner(stream: &TcpStream) -> Peer {
    let (Ok(theirs), Ok(ours)) = (stream.peer_addr(), stream.local_addr()) else { return Peer::Unknown };
    if cfg!(target_os = "linux") {
        return Peer::of(theirs, ours);
    }
    tokio::task::spawn_blocking(move || Peer::of(theirs, ours)).await.unwrap_or(Peer::Unknown)
}

fn answer(
    router: &Router,
    seat: &Seat,
    peer: Peer,
    mut request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Body>, Infallible>> + use<> {
    request.extensions_mut().insert(peer);
    let (answering, request) = seat.answering(request);
    let routed = router.clone().oneshot(request);
    async move { Ok(routed.await?.map(|body| answering.with(body))) }
}
