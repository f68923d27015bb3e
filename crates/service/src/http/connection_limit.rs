//! Seats for connections: so many are open at once, and who leaves when one more comes.
//!
//! A connection on which no request is being answered only waits. When every seat is taken, one that waits leaves: those that
//! never asked for anything go first, then those that did and are idle, then those whose request is still on its way; of each,
//! the one from which nothing came for longest; at last those whose client takes nothing of its answer. So neither silent
//! connections nor slow ones keep anybody out.

use std::collections::HashMap;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::http::write_timeout::Unsent;

/// A client that took nothing of its answer for so long may lose its connection to another one.
const STANDS_STILL: Duration = if cfg!(test) { Duration::from_millis(200) } else { Duration::from_secs(5) };
/// How often it is seen whether one does, while somebody waits for a seat.
const LOOK_AGAIN: Duration = if cfg!(test) { Duration::from_millis(20) } else { Duration::from_secs(1) };

/// All seats.
#[derive(Clone)]
pub(crate) struct Seats {
    free: Arc<Semaphore>,
    house: House,
}

impl Seats {
    /// So many.
    pub(crate) fn new(count: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(count)), house: House::default() }
    }

    /// A seat for a connection that came; when all are taken, as soon as one that waits has left.
    pub(crate) async fn take(&self) -> Seat {
        let permit = match self.free.clone().try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => {
                let _standing = Standing::new(&self.house);
                let mut free = pin!(self.free.clone().acquire_owned());
                loop {
                    match timeout(LOOK_AGAIN, free.as_mut()).await {
                        Ok(permit) => break permit.ok(),
                        // That a client takes nothing is no event: it is seen by looking.
                        Err(_) => self.house.lock().make_room(),
                    }
                }
            }
        };
        self.house.seat(permit)
    }
}

/// Who sits where, shared by all seats.
#[derive(Clone, Default)]
struct House(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    connections: HashMap<u64, Connection>,
    /// Counts up, for the order of things.
    turn: u64,
    /// Connections that came and have no seat.
    standing: usize,
    /// Connections that were told to leave and still have theirs.
    leaving: usize,
}

struct Connection {
    stage: Stage,
    /// When something last came from it or was answered, in turns.
    since: u64,
    leave: CancellationToken,
    unsent: Unsent,
}

/// What a connection does, in the order in which those leave that may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// It never asked for anything.
    Silent,
    /// Its last request was answered.
    Idle,
    /// A request is on its way.
    Receiving,
    /// Its request is being answered: it stays, unless its client has taken nothing for a while.
    Answered,
}

impl Connection {
    /// Its place among those that may be closed for another one. The end of an answer may be on its way to a slow client when
    /// the answer itself is done with.
    fn rank(&self) -> Option<(Stage, u64)> {
        let stage = match self.unsent.since() {
            Some(since) if since >= STANDS_STILL => Stage::Answered,
            Some(_) => return None,
            None if self.stage == Stage::Answered => return None,
            None => self.stage,
        };
        (!self.leave.is_cancelled()).then_some((stage, self.since))
    }
}

impl House {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seat(&self, permit: Option<OwnedSemaphorePermit>) -> Seat {
        let (leave, unsent) = (CancellationToken::new(), Unsent::default());
        let mut table = self.lock();
        let id = table.next_turn();
        let connection = Connection { stage: Stage::Silent, since: id, leave: leave.clone(), unsent: unsent.clone() };
        table.connections.insert(id, connection);
        drop(table);
        Seat { id, house: self.clone(), leave, unsent, _permit: permit }
    }

    /// Notes what a connection does now.
    fn note(&self, id: u64, stage: Stage) {
        let mut table = self.lock();
        let now = table.next_turn();
        if let Some(connection) = table.connections.get_mut(&id) {
            (connection.stage, connection.since) = (stage, now);
        }
        table.make_room();
    }
}

impl Table {
    fn next_turn(&mut self) -> u64 {
        self.turn += 1;
        self.turn
    }

    /// Tells as many that wait to leave as there are connections without a seat.
    fn make_room(&mut self) {
        while self.standing > self.leaving {
            let ranked = self.connections.values().filter_map(|one| Some((one.rank()?, one)));
            let Some((_, first)) = ranked.min_by_key(|(rank, _)| *rank) else { return };
            first.leave.cancel();
            self.leaving += 1;
        }
    }
}

/// A connection's stay, until it is dropped.
pub(crate) struct Seat {
    id: u64,
    house: House,
    leave: CancellationToken,
    unsent: Unsent,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Seat {
    /// Returns when the connection is to make room.
    pub(crate) async fn asked_to_leave(&self) {
        self.leave.cancelled().await;
    }

    /// Where the connection says while its client takes nothing.
    pub(crate) fn unsent(&self) -> Unsent {
        self.unsent.clone()
    }

    /// A request has come. From when all of it is there until the answer is dropped, the connection stays.
    pub(crate) fn answering(&self, request: Request<Incoming>) -> (Answering, Request<Body>) {
        let answering = self.began(request.body().is_end_stream());
        let (id, house) = (self.id, self.house.clone());
        (answering, request.map(|body| Body::new(Arriving { body, id, house })))
    }

    fn began(&self, is_whole: bool) -> Answering {
        self.house.note(self.id, if is_whole { Stage::Answered } else { Stage::Receiving });
        Answering { id: self.id, house: self.house.clone() }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut table = self.house.lock();
        table.connections.remove(&self.id);
        if self.leave.is_cancelled() {
            table.leaving -= 1;
        }
    }
}

/// That a request is being answered.
pub(crate) struct Answering {
    id: u64,
    house: House,
}

impl Answering {
    /// `body`, the last part of the answer, which ends it.
    pub(crate) fn with(self, body: Body) -> Body {
        Body::new(Answer { body, _answering: self })
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.house.note(self.id, Stage::Idle);
    }
}

/// A request's body while it comes.
struct Arriving<B> {
    body: B,
    id: u64,
    house: House,
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Arriving<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let is_whole = frame.is_none() || self.body.is_end_stream();
        self.house.note(self.id, if is_whole { Stage::Answered } else { Stage::Receiving });
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

struct Answer {
    body: Body,
    _answering: Answering,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A connection that came and has no seat yet.
struct Standing<'a>(&'a House);

impl<'a> Standing<'a> {
    fn new(house: &'a House) -> Self {
        let mut table = house.lock();
        table.standing += 1;
        table.make_room();
        drop(table);
        Self(house)
    }
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.0.lock().standing -= 1;
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

    use super::{Arriving, Seat, Seats};
    use crate::http::write_timeout::Progress;

    /// Three seats and who sits there: `a` came first, `c` last.
    async fn full() -> (Seats, [Seat; 3]) {
        let seats = Seats::new(3);
        let taken = [seats.take().await, seats.take().await, seats.take().await];
        (seats, taken)
    }

    /// Lets one more come and compares who is asked to leave.
    fn check(seats: &Seats, taken: &[Seat; 3], leaves: Option<usize>) {
        assert!(seats.take().now_or_never().is_none(), "there was a seat");
        let asked: Vec<_> = (0..3).filter(|at| taken[*at].asked_to_leave().now_or_never().is_some()).collect();
        assert_eq!(asked, Vec::from_iter(leaves));
    }

    #[tokio::test]
    async fn the_oldest_of_the_silent_leaves() {
        let (seats, taken) = full().await;
        check(&seats, &taken, Some(0));
    }

    #[tokio::test]
    async fn who_is_answered_stays() {
        let (seats, taken) = full().await;
        let _answering = [taken[0].began(true), taken[1].began(true), taken[2].began(true)];
        check(&seats, &taken, None);
    }

    #[tokio::test]
    async fn who_never_asked_leaves_before_who_did() {
        let (seats, taken) = full().await;
        drop((taken[0].began(true), taken[1].began(true)));
        check(&seats, &taken, Some(2));
    }

    #[tokio::test]
    async fn of_those_that_asked_who_waits_longest_leaves() {
        let (seats, taken) = full().await;
        [2, 0, 1].into_iter().for_each(|at| drop(taken[at].began(true)));
        check(&seats, &taken, Some(2));
    }

    #[tokio::test]
    async fn of_requests_on_their_way_the_one_that_stands_still_longest_leaves() {
        let (seats, taken) = full().await;
        let _receiving = [taken[1].began(false), taken[2].began(false), taken[0].began(true)];
        let part =
            stream::iter([Ok::<_, Infallible>(Frame::data(Bytes::from("{"))), Ok(Frame::data(Bytes::from("}")))]);
        let mut body = Arriving { body: StreamBody::new(part), id: taken[1].id, house: taken[1].house.clone() };
        body.frame().await.expect("a part").expect("a part");
        check(&seats, &taken, Some(2));
    }

    #[tokio::test]
    async fn who_takes_nothing_of_its_answer_leaves_at_last() {
        let (seats, taken) = full().await;
        let _answers = [taken[0].began(true), taken[1].began(true), taken[2].began(true)];
        let (ours, _theirs) = duplex(1);
        let mut stuck = Progress::new(ours, taken[1].unsent());
        let writing = tokio::spawn(async move { stuck.write_all(&[0; 2]).await });
        tokio::task::yield_now().await;
        check(&seats, &taken, None);
        let mut standing = Box::pin(seats.take());
        assert!(standing.as_mut().now_or_never().is_none(), "there was a seat");
        let left = async {
            tokio::select! {
                _ = standing.as_mut() => panic!("nobody has left yet"),
                () = taken[1].asked_to_leave() => {}
            }
        };
        timeout(Duration::from_secs(20), left).await.expect("it stays although it stands still");
        assert!(taken[0].asked_to_leave().now_or_never().is_none(), "who is answered must leave");
        writing.abort();
    }

    #[tokio::test]
    async fn an_answer_that_ends_makes_room_for_who_stands() {
        let (seats, taken) = full().await;
        let [a, b, c] = &taken;
        let (_a, _b, answer) = (a.began(true), b.began(true), c.began(true));
        let mut standing = Box::pin(seats.take());
        assert!(standing.as_mut().now_or_never().is_none(), "there was a seat");
        drop(answer);
        assert!(c.asked_to_leave().now_or_never().is_some(), "it stays although it is done");
        drop(taken);
        assert!(standing.now_or_never().is_some(), "the seat is not given on");
    }

    #[tokio::test]
    async fn nobody_leaves_once_the_one_who_stood_is_gone() {
        let (seats, taken) = full().await;
        let answers = [taken[0].began(true), taken[1].began(true), taken[2].began(true)];
        assert!(seats.take().now_or_never().is_none(), "there was a seat");
        drop(answers);
        assert!(taken.iter().all(|seat| seat.asked_to_leave().now_or_never().is_none()), "one leaves for nobody");
    }
}
