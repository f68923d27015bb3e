//! Seats for connections: so many are open at once, and who leaves when one more comes.
//!
//! A connection on which no request is being answered only waits. When every seat is taken, one that waits leaves: those that
//! never asked for anything go first, and of these the oldest. So silent connections keep nobody out.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

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
                self.free.clone().acquire_owned().await.ok()
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
    has_asked: bool,
    /// Since when it waits, in turns; `None` while it is answered.
    waits_since: Option<u64>,
    leave: CancellationToken,
}

impl House {
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seat(&self, permit: Option<OwnedSemaphorePermit>) -> Seat {
        let leave = CancellationToken::new();
        let mut table = self.lock();
        let id = table.next_turn();
        let connection = Connection { has_asked: false, waits_since: Some(id), leave: leave.clone() };
        table.connections.insert(id, connection);
        drop(table);
        Seat { id, house: self.clone(), leave, _permit: permit }
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
            let waiting =
                self.connections.values().filter(|one| one.waits_since.is_some() && !one.leave.is_cancelled());
            let Some(first) = waiting.min_by_key(|one| (one.has_asked, one.waits_since)) else { return };
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
    _permit: Option<OwnedSemaphorePermit>,
}

impl Seat {
    /// Returns when the connection is to make room.
    pub(crate) async fn asked_to_leave(&self) {
        self.leave.cancelled().await;
    }

    /// A request has come: until the answer is dropped, the connection does not wait.
    pub(crate) fn answering(&self) -> Answering {
        if let Some(connection) = self.house.lock().connections.get_mut(&self.id) {
            connection.has_asked = true;
            connection.waits_since = None;
        }
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
        let mut table = self.house.lock();
        let now = table.next_turn();
        if let Some(connection) = table.connections.get_mut(&self.id) {
            connection.waits_since = Some(now);
        }
        table.make_room();
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
    use futures_util::FutureExt;

    use super::{Seat, Seats};

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
        let _answering = [taken[0].answering(), taken[1].answering(), taken[2].answering()];
        check(&seats, &taken, None);
    }

    #[tokio::test]
    async fn who_never_asked_leaves_before_who_did() {
        let (seats, taken) = full().await;
        drop((taken[0].answering(), taken[1].answering()));
        check(&seats, &taken, Some(2));
    }

    #[tokio::test]
    async fn of_those_that_asked_who_waits_longest_leaves() {
        let (seats, taken) = full().await;
        [2, 0, 1].into_iter().for_each(|at| drop(taken[at].answering()));
        check(&seats, &taken, Some(2));
    }

    #[tokio::test]
    async fn an_answer_that_ends_makes_room_for_who_stands() {
        let (seats, taken) = full().await;
        let [a, b, c] = &taken;
        let (_a, _b, answer) = (a.answering(), b.answering(), c.answering());
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
        let answers = [taken[0].answering(), taken[1].answering(), taken[2].answering()];
        assert!(seats.take().now_or_never().is_none(), "there was a seat");
        drop(answers);
        assert!(taken.iter().all(|seat| seat.asked_to_leave().now_or_never().is_none()), "one leaves for nobody");
    }
}
