//! The connection limit.
//!
//! At the limit, a new connection waits until another one is evicted or closed. Evicted are, in this order: connections that
//! never sent a request, idle ones, ones whose request is still arriving, and ones whose client has stalled while it should
//! read its response; within each stage the one that has been quiet for longest. A connection whose request is being answered
//! stays. So neither silent nor slow clients keep others out.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::Request;
use hyper::body::Incoming;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::observed_body::{Observed, Observer};
use super::unparsed::Progress;
use super::write_timeout::Stall;

/// A client that has stalled for this long may lose its connection to another one.
const MOST_STALLED: Duration = if cfg!(test) { Duration::from_millis(200) } else { Duration::from_secs(5) };
/// How often stalled connections are looked for while a connection waits. A stall is not an event.
const LOOK_EVERY: Duration = if cfg!(test) { Duration::from_millis(20) } else { Duration::from_secs(1) };

/// The limit. Clones share it.
#[derive(Clone)]
pub(crate) struct ConnectionLimit {
    free: Arc<Semaphore>,
    connections: Connections,
}

impl ConnectionLimit {
    /// A limit of `count` connections.
    pub(crate) fn new(count: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(count)), connections: Connections::default() }
    }

    /// Waits for a permit for a new connection, and evicts another connection for it if need be.
    pub(crate) async fn acquire(&self) -> ConnectionPermit {
        let permit = match self.free.clone().try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => {
                // Registered before waiting, so that the next connection that becomes idle is evicted at once.
                let _waiting = Waiting::new(&self.connections);
                let mut free = pin!(self.free.clone().acquire_owned());
                loop {
                    match timeout(LOOK_EVERY, free.as_mut()).await {
                        Ok(permit) => break permit.ok(),
                        Err(_) => self.connections.lock().evict(),
                    }
                }
            }
        };
        self.connections.add(permit)
    }
}

/// All connections, shared by the limit and their permits.
#[derive(Clone, Default)]
struct Connections(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    connections: HashMap<u64, Connection>,
    /// A logical clock: counts every change of a connection.
    clock: u64,
    /// New connections that wait for a permit.
    waiting: usize,
    /// Connections that were evicted and have not closed yet.
    evicted: usize,
}

struct Connection {
    stage: Stage,
    /// When it last received something or finished a response, by the table's clock.
    since: u64,
    evict: CancellationToken,
    stall: Stall,
}

/// The activity of a connection, in the order of eviction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// It never sent a request.
    Silent,
    /// Its last request has been answered.
    Idle,
    /// A request is arriving.
    Receiving,
    /// Its request is being answered. It stays, unless its client has stalled.
    InFlight,
}

impl Connection {
    /// Its place in the order of eviction; `None` while it must stay. A stall counts in every stage: the last bytes of a
    /// response may still be on their way to a slow client when the response itself has been dropped.
    fn rank(&self) -> Option<(Stage, u64)> {
        let stage = match self.stall.duration() {
            Some(stalled) if stalled >= MOST_STALLED => Stage::InFlight,
            Some(_) => return None,
            None if self.stage == Stage::InFlight => return None,
            None => self.stage,
        };
        (!self.evict.is_cancelled()).then_some((stage, self.since))
    }
}

impl Connections {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, permit: Option<OwnedSemaphorePermit>) -> ConnectionPermit {
        let (evict, stall) = (CancellationToken::new(), Stall::default());
        let mut table = self.lock();
        let id = table.tick();
        let connection = Connection { stage: Stage::Silent, since: id, evict: evict.clone(), stall: stall.clone() };
        table.connections.insert(id, connection);
        drop(table);
        let (tracked, progress) = (Tracked { id, connections: self.clone() }, Progress::default());
        ConnectionPermit { tracked, evict, stall, progress, _permit: permit }
    }
}

impl Table {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// Evicts as many connections as wait for a permit, as far as there are any that may be evicted.
    fn evict(&mut self) {
        while self.waiting > self.evicted {
            let ranked = self.connections.values().filter_map(|one| Some((one.rank()?, one)));
            let Some((_, first)) = ranked.min_by_key(|(rank, _)| *rank) else { return };
            first.evict.cancel();
            self.evicted += 1;
        }
    }
}

/// A connection in the table.
#[derive(Clone)]
struct Tracked {
    id: u64,
    connections: Connections,
}

impl Tracked {
    /// Notes the connection's current activity.
    fn enter(&self, stage: Stage) {
        let mut table = self.connections.lock();
        let now = table.tick();
        if let Some(connection) = table.connections.get_mut(&self.id) {
            (connection.stage, connection.since) = (stage, now);
        }
        table.evict();
    }

    /// Notes that a part of a request has come, perhaps the last.
    fn receive(&self, is_whole: bool) {
        self.enter(if is_whole { Stage::InFlight } else { Stage::Receiving });
    }
}

/// A connection's permit; dropping it lets another connection in.
pub(crate) struct ConnectionPermit {
    tracked: Tracked,
    evict: CancellationToken,
    stall: Stall,
    progress: Progress,
    _permit: Option<OwnedSemaphorePermit>,
}

impl ConnectionPermit {
    /// Returns when the connection must be closed for another one.
    pub(crate) async fn evicted(&self) {
        self.evict.cancelled().await;
    }

    /// Where the connection reports that its client has stalled.
    pub(crate) fn stall(&self) -> Stall {
        self.stall.clone()
    }

    /// How far the connection's response is.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Notes that a request has come. From its last byte until its response is dropped, the connection stays.
    pub(crate) fn begin(&self, request: Request<Incoming>) -> (InFlight, Request<Body>) {
        let in_flight = self.begin_with(request.body().is_end_stream());
        let arriving = Arriving(self.tracked.clone());
        (in_flight, request.map(|body| Body::new(Observed::new(body, arriving))))
    }

    fn begin_with(&self, is_whole: bool) -> InFlight {
        self.tracked.receive(is_whole);
        self.progress.begin();
        InFlight(self.tracked.clone(), self.progress.clone())
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut table = self.tracked.connections.lock();
        table.connections.remove(&self.tracked.id);
        // An evicted connection counts until it is closed, so that no second one is evicted for the same waiting client.
        if self.evict.is_cancelled() {
            table.evicted -= 1;
        }
    }
}

/// A request that is being answered. The connection is idle again when it is dropped.
pub(crate) struct InFlight(Tracked, Progress);

impl InFlight {
    /// `body`, the response's last part; dropping it ends the request.
    pub(crate) fn until_sent(self, body: Body) -> Body {
        Body::new(Observed::new(body, self))
    }
}

/// Only the drop of a response's body counts.
impl Observer<Body> for InFlight {}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.enter(Stage::Idle);
        self.1.complete();
    }
}

/// Notes each part of a request's body as it arrives.
struct Arriving(Tracked);

impl<B> Observer<B> for Arriving {
    fn received(&mut self, is_last: bool) {
        self.0.receive(is_last);
    }
}

/// A new connection that waits for a permit.
struct Waiting<'a>(&'a Connections);

impl<'a> Waiting<'a> {
    fn new(connections: &'a Connections) -> Self {
        let mut table = connections.lock();
        table.waiting += 1;
        table.evict();
        drop(table);
        Self(connections)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.lock().waiting -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use axum::body::Bytes;
    use futures_util::{FutureExt, stream};
    use http_body_util::{BodyExt, StreamBody};
    use hyper::body::Frame;
    use tokio::io::{AsyncWriteExt, duplex};
    use tokio::time::timeout;

    use super::{Arriving, ConnectionLimit, ConnectionPermit, Observed};
    use crate::http::write_timeout::WriteTimeout;

    /// A limit of three that is reached, with the permits in the order in which they were acquired.
    async fn full() -> (ConnectionLimit, [ConnectionPermit; 3]) {
        let limit = ConnectionLimit::new(3);
        let permits = [limit.acquire().await, limit.acquire().await, limit.acquire().await];
        (limit, permits)
    }

    /// Asks for one more permit and compares which connection is evicted.
    fn check(limit: &ConnectionLimit, permits: &[ConnectionPermit; 3], expected: Option<usize>) {
        assert!(limit.acquire().now_or_never().is_none(), "there was a permit");
        let evicted: Vec<_> = (0..3).filter(|at| permits[*at].evicted().now_or_never().is_some()).collect();
        assert_eq!(evicted, Vec::from_iter(expected));
    }

    #[tokio::test]
    async fn the_oldest_silent_connection_is_evicted() {
        let (limit, permits) = full().await;
        check(&limit, &permits, Some(0));
    }

    #[tokio::test]
    async fn connections_that_are_being_answered_stay() {
        let (limit, permits) = full().await;
        let _in_flight = [permits[0].begin_with(true), permits[1].begin_with(true), permits[2].begin_with(true)];
        check(&limit, &permits, None);
    }

    #[tokio::test]
    async fn silent_connections_are_evicted_before_idle_ones() {
        let (limit, permits) = full().await;
        drop((permits[0].begin_with(true), permits[1].begin_with(true)));
        check(&limit, &permits, Some(2));
    }

    #[tokio::test]
    async fn the_longest_idle_connection_is_evicted() {
        let (limit, permits) = full().await;
        [2, 0, 1].into_iter().for_each(|at| drop(permits[at].begin_with(true)));
        check(&limit, &permits, Some(2));
    }

    #[tokio::test]
    async fn of_arriving_requests_the_longest_quiet_one_is_evicted() {
        let (limit, permits) = full().await;
        let _receiving = [permits[1].begin_with(false), permits[2].begin_with(false), permits[0].begin_with(true)];
        let part =
            stream::iter([Ok::<_, Infallible>(Frame::data(Bytes::from("{"))), Ok(Frame::data(Bytes::from("}")))]);
        let mut body = Observed::new(StreamBody::new(part), Arriving(permits[1].tracked.clone()));
        body.frame().await.expect("a part").expect("a part");
        check(&limit, &permits, Some(2));
    }

    #[tokio::test]
    async fn a_client_that_stalls_is_evicted_last() {
        let (limit, permits) = full().await;
        let _responses = [permits[0].begin_with(true), permits[1].begin_with(true), permits[2].begin_with(true)];
        let (ours, _theirs) = duplex(1);
        let mut stuck = WriteTimeout::new(ours, permits[1].stall());
        let writing = tokio::spawn(async move { stuck.write_all(&[0; 2]).await });
        tokio::task::yield_now().await;
        check(&limit, &permits, None);
        let mut waiting = Box::pin(limit.acquire());
        assert!(waiting.as_mut().now_or_never().is_none(), "there was a permit");
        let evicted = async {
            tokio::select! {
                _ = waiting.as_mut() => panic!("none was evicted yet"),
                () = permits[1].evicted() => {}
            }
        };
        timeout(Duration::from_secs(20), evicted).await.expect("it stays although it has stalled");
        assert!(permits[0].evicted().now_or_never().is_none(), "one that is being answered was evicted");
        writing.abort();
    }

    #[tokio::test]
    async fn a_response_that_ends_makes_room_for_a_waiting_connection() {
        let (limit, permits) = full().await;
        let [a, b, c] = &permits;
        let (_a, _b, response) = (a.begin_with(true), b.begin_with(true), c.begin_with(true));
        let mut waiting = Box::pin(limit.acquire());
        assert!(waiting.as_mut().now_or_never().is_none(), "there was a permit");
        drop(response);
        assert!(c.evicted().now_or_never().is_some(), "it stays although its response has ended");
        drop(permits);
        assert!(waiting.now_or_never().is_some(), "the permit is not passed on");
    }

    #[tokio::test]
    async fn no_connection_is_evicted_after_the_waiting_one_gave_up() {
        let (limit, permits) = full().await;
        let responses = [permits[0].begin_with(true), permits[1].begin_with(true), permits[2].begin_with(true)];
        assert!(limit.acquire().now_or_never().is_none(), "there was a permit");
        drop(responses);
        assert!(permits.iter().all(|permit| permit.evicted().now_or_never().is_none()), "one was evicted for nobody");
    }
}
