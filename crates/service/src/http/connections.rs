//! The connections of the listening sockets, from accepting to closing them.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
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
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::connection_limit::{ConnectionLimit, ConnectionPermit};
use super::lingering_close::{Shared, linger};
use super::received::{Counted, Received};
use super::unparsed::Amended;
use super::write_timeout::WriteTimeout;

/// How long a client may take to send the header of a request, and how long a connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// The size of the send buffer of a connection's socket, in bytes.
const SEND_BUFFER: usize = 256 << 10;
/// How long accepting pauses when the process has no file descriptors left.
const PAUSE: Duration = Duration::from_millis(50);

/// The connections of a server, and the tasks that accept them.
#[derive(Default)]
pub(crate) struct Connections {
    accepting: Group,
    serving: Group,
    aborted: CancellationToken,
}

/// Tasks, and the token that asks them to end. hyper-util's `GracefulShutdown` is no replacement: it takes no connection that may
/// become a WebSocket, and cannot be awaited again after the unfinished ones were aborted.
#[derive(Clone, Default)]
struct Group {
    tasks: TaskTracker,
    end: CancellationToken,
}

impl Connections {
    /// Serves `router` on every listener, to as many connections as `limit` admits. `failed` is called if a listener ends
    /// without having been stopped.
    pub(crate) fn serve(
        &self,
        listeners: Vec<TcpListener>,
        limit: &ConnectionLimit,
        router: &Router,
        failed: impl FnOnce() + Send + 'static,
    ) {
        let acceptors: JoinSet<()> =
            listeners.into_iter().map(|listener| self.accept(listener, router.clone(), limit.clone())).collect();
        self.accepting.tasks.spawn(attend(acceptors, self.accepting.end.clone(), failed));
    }

    /// Closes the listeners. The port is free when this returns; connections stay.
    pub(crate) async fn stop_listening(&self) {
        self.accepting.end().await;
    }

    /// Lets every connection finish its request, and aborts the unfinished ones after `patience`.
    pub(crate) async fn close(&self, patience: Duration) {
        if tokio::time::timeout(patience, self.serving.end()).await.is_err() {
            self.aborted.cancel();
            self.serving.end().await;
        }
    }

    /// Ends everything without waiting.
    pub(crate) fn abandon(&self) {
        self.accepting.end.cancel();
        self.aborted.cancel();
    }

    fn accept(
        &self,
        listener: TcpListener,
        router: Router,
        limit: ConnectionLimit,
    ) -> impl Future<Output = ()> + use<> {
        let (serving, aborted) = (self.serving.clone(), self.aborted.clone());
        async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        // Accepting stops here at the limit: further clients wait in the system's backlog.
                        let permit = limit.acquire().await;
                        let connection = serve(stream, router.clone(), serving.end.clone(), permit);
                        serving.tasks.spawn(aborted.clone().run_until_cancelled_owned(connection));
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

/// Runs the acceptors until they are asked to end.
async fn attend(mut acceptors: JoinSet<()>, end: CancellationToken, failed: impl FnOnce()) {
    if end.run_until_cancelled(acceptors.join_next()).await.is_some() {
        failed();
    }
    acceptors.shutdown().await;
}

/// A connection that was reset before it was accepted needs nothing. A lack of file descriptors passes.
async fn recover(error: &io::Error) {
    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        tracing::warn!(%error, "could not accept a connection");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn serve(stream: TcpStream, router: Router, end: CancellationToken, permit: ConnectionPermit) {
    // Otherwise a small response waits until the one before is acknowledged. An error means that the client is gone.
    let _ = stream.set_nodelay(true);
    let owner = Arc::new(Owner::new(&stream).await);
    let client = Client { owner, received: Received::default(), hang_up: HangUp::default() };
    // The system would buffer megabytes of each response, which count in no budget. If that cannot be set, nothing else changes.
    let _ = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER);
    let socket = Shared::new(stream);
    let io = WriteTimeout::new(Counted::new(socket.clone(), client.received.clone()), permit.stall());
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(
            TokioIo::new(Amended::new(io, permit.progress())),
            service_fn(|request| respond(&router, &permit, &client, request)),
        )
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = permit.evicted() => return,
        () = client.hang_up.0.cancelled() => return,
        () = end.cancelled() => {
            // Finishes the current request and takes no further one.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    let Err(error) = served else { return };
    tracing::debug!(%error, "a connection broke off");
    // Its header was refused before all of it had come.
    if error.is_parse() {
        tokio::select! {
            () = linger(socket) => {}
            () = permit.evicted() => {}
            () = end.cancelled() => {}
        }
    }
}

/// Closes a connection that serves requests, whether or not its client reads. It is in the extensions of each request.
#[derive(Debug, Clone, Default)]
pub(crate) struct HangUp(CancellationToken);

impl HangUp {
    /// Closes it. What is being sent is broken off.
    pub(crate) fn now(&self) {
        self.0.cancel();
    }
}

/// The other end of a connection, as far as it is known.
struct Client {
    owner: Arc<Owner>,
    received: Received,
    hang_up: HangUp,
}

/// The user whose program opened a connection.
///
/// On Linux it is looked up at once. Elsewhere a table of all connections is searched, so it is looked up when the first request
/// has come: connections that send nothing must not cost a search each, and Wine does not know whose a connection is before
/// its program has sent something.
struct Owner {
    ends: Option<(SocketAddr, SocketAddr)>,
    peer: OnceCell<Peer>,
}

impl Owner {
    async fn new(stream: &TcpStream) -> Self {
        let ends = stream.peer_addr().ok().zip(stream.local_addr().ok());
        let owner = Self { ends, peer: OnceCell::new() };
        if cfg!(target_os = "linux") {
            owner.peer().await;
        }
        owner
    }

    async fn peer(&self) -> Peer {
        let look_up = || async {
            match self.ends {
                Some((theirs, ours)) => Peer::of(theirs, ours).await,
                None => Peer::Unknown,
            }
        };
        *self.peer.get_or_init(look_up).await
    }
}

fn respond(
    router: &Router,
    permit: &ConnectionPermit,
    client: &Client,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Body>, Infallible>> + use<> {
    let (in_flight, mut request) = permit.begin(request);
    request.extensions_mut().insert(client.received.clone());
    request.extensions_mut().insert(client.hang_up.clone());
    let (router, owner) = (router.clone(), Arc::clone(&client.owner));
    async move {
        request.extensions_mut().insert(owner.peer().await);
        Ok(router.oneshot(request).await?.map(|body| in_flight.until_sent(body)))
    }
}
