//! Admission limits how many executions run at once, and how many wait in a queue.
//!
//! Slots are given in the order of requests. The holder of a [`Slot`] may run one execution; dropping the slot admits the next
//! one. Dropping the future of a waiting request removes it from the queue. Interactive executions wait for the user most of the
//! time, perhaps for hours: they have a limit of their own, so that open terminals do not block others, and never queue.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{oneshot, watch};

/// How busy the service is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// Running executions.
    pub running: usize,
    /// Executions that wait for a slot.
    pub queued: usize,
}

/// Why an execution was not admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// All slots are taken and the queue is full.
    #[error("all slots are taken and the queue is full")]
    Full(Load),
    /// As many interactive executions run as the settings allow.
    #[error("{0} interactive executions run, which is the limit")]
    TerminalsFull(usize),
    /// The service is stopping.
    #[error("the service is stopping")]
    Closed,
}

/// The slots and the queue. Clones share them.
#[derive(Clone)]
pub(crate) struct Admission(Arc<Shared>);

struct Shared {
    queue: Mutex<Queue>,
    load: watch::Sender<Load>,
}

struct Queue {
    slots: usize,
    queue_length: usize,
    running: usize,
    interactive: usize,
    waiting: VecDeque<Waiter>,
    next_ticket: u64,
    closed: bool,
}

struct Waiter {
    ticket: u64,
    admit: oneshot::Sender<Slot>,
}

/// Permits one execution; dropping it admits the next.
pub(crate) struct Slot {
    shared: Arc<Shared>,
    interactive: bool,
}

impl Admission {
    /// Admits `slots` executions at once and queues up to `queue_length` more.
    pub(crate) fn new(slots: usize, queue_length: usize) -> Self {
        let queue = Queue {
            slots,
            queue_length,
            running: 0,
            interactive: 0,
            waiting: VecDeque::new(),
            next_ticket: 0,
            closed: false,
        };
        Self(Arc::new(Shared { queue: Mutex::new(queue), load: watch::Sender::new(Load::default()) }))
    }

    /// Waits for a slot.
    ///
    /// # Errors
    /// The queue is full, or admission is closed.
    pub(crate) async fn admit(&self) -> Result<Slot, Refused> {
        let (ticket, admitted) = match self.enter()? {
            Entered::AtOnce(slot) => return Ok(slot),
            Entered::Queued(ticket, admitted) => (ticket, admitted),
        };
        // `close` drops the sender.
        let slot = admitted.await.map_err(|_| Refused::Closed);
        drop(ticket);
        slot
    }

    /// A slot for an interactive execution, if fewer than `most` run.
    ///
    /// # Errors
    /// The limit is reached, or admission is closed.
    pub(crate) fn admit_interactive(&self, most: usize) -> Result<Slot, Refused> {
        let mut queue = self.0.lock();
        if queue.closed {
            return Err(Refused::Closed);
        }
        if queue.interactive >= most {
            return Err(Refused::TerminalsFull(queue.interactive));
        }
        queue.interactive += 1;
        self.0.publish(&queue);
        Ok(Slot { shared: self.0.clone(), interactive: true })
    }

    /// Changes both limits. Executions that already run or wait stay.
    pub(crate) fn resize(&self, slots: usize, queue_length: usize) {
        let mut queue = self.0.lock();
        (queue.slots, queue.queue_length) = (slots, queue_length);
        drop(queue);
        self.0.admit_waiting();
    }

    /// Refuses new requests from now on; waiting ones keep their turn.
    pub(crate) fn drain(&self) {
        self.0.lock().closed = true;
    }

    /// Waits until nothing runs and nothing waits, and refuses new requests from that moment on: none is admitted in between.
    pub(crate) async fn drain_when_idle(&self) {
        while !self.drain_if_idle() {
            self.idle().await;
        }
    }

    /// Refuses new requests from now on if nothing runs and nothing waits; returns whether that is so.
    fn drain_if_idle(&self) -> bool {
        let mut queue = self.0.lock();
        let is_idle = queue.load() == Load::default();
        queue.closed |= is_idle;
        is_idle
    }

    /// Waits until nothing runs and nothing waits.
    pub(crate) async fn idle(&self) {
        // The sender lives as long as this.
        let _ = self.load().wait_for(|load| *load == Load::default()).await;
    }

    /// Refuses all requests from now on, including waiting ones.
    pub(crate) fn close(&self) {
        let mut queue = self.0.lock();
        queue.closed = true;
        let waiting = std::mem::take(&mut queue.waiting);
        self.0.publish(&queue);
        // Unlocked first: dropping the waiters wakes their futures, which take the lock to leave the queue.
        drop(queue);
        drop(waiting);
    }

    /// Whether [`close`](Self::close) was called.
    pub(crate) fn is_closed(&self) -> bool {
        self.0.lock().closed
    }

    /// A watch channel of how busy the service is.
    pub(crate) fn load(&self) -> watch::Receiver<Load> {
        self.0.load.subscribe()
    }

    fn enter(&self) -> Result<Entered, Refused> {
        let mut queue = self.0.lock();
        if queue.closed {
            return Err(Refused::Closed);
        }
        // A free slot goes to the queue first, if one was freed while others wait.
        if queue.running < queue.slots && queue.waiting.is_empty() {
            queue.running += 1;
            self.0.publish(&queue);
            return Ok(Entered::AtOnce(Slot { shared: self.0.clone(), interactive: false }));
        }
        if queue.waiting.len() >= queue.queue_length {
            return Err(Refused::Full(queue.load()));
        }
        let (admit, admitted) = oneshot::channel();
        let number = queue.next_ticket;
        queue.next_ticket += 1;
        queue.waiting.push_back(Waiter { ticket: number, admit });
        self.0.publish(&queue);
        Ok(Entered::Queued(Ticket { number, shared: self.0.clone() }, admitted))
    }
}

enum Entered {
    AtOnce(Slot),
    Queued(Ticket, oneshot::Receiver<Slot>),
}

/// A place in the queue; dropping it leaves the queue.
struct Ticket {
    number: u64,
    shared: Arc<Shared>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.waiting.retain(|waiter| waiter.ticket != self.number);
        self.shared.publish(&queue);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        match self.interactive {
            true => queue.interactive -= 1,
            false => queue.running -= 1,
        }
        self.shared.publish(&queue);
        drop(queue);
        self.shared.admit_waiting();
    }
}

impl Shared {
    /// A poisoned lock is used on: every change below is made at once, so a panic leaves no half-made one.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, queue: &Queue) {
        let load = queue.load();
        self.load.send_if_modified(|published| std::mem::replace(published, load) != load);
    }

    /// Gives free slots to waiting requests. The lock is not held while a slot is sent: if the receiver is gone, the slot is
    /// dropped at once, which takes the lock again.
    fn admit_waiting(self: &Arc<Self>) {
        while let Some(waiter) = self.next_waiter() {
            drop(waiter.admit.send(Slot { shared: self.clone(), interactive: false }));
        }
    }

    fn next_waiter(&self) -> Option<Waiter> {
        let mut queue = self.lock();
        if queue.running >= queue.slots {
            return None;
        }
        let waiter = queue.waiting.pop_front()?;
        queue.running += 1;
        self.publish(&queue);
        Some(waiter)
    }
}

impl Queue {
    fn load(&self) -> Load {
        Load { running: self.running + self.interactive, queued: self.waiting.len() }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::{Admission, Load, Refused, Slot};

    /// Polls `future` once.
    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn admitted(admission: &Admission) -> Slot {
        match poll(pin!(admission.admit())) {
            Poll::Ready(Ok(slot)) => slot,
            _ => panic!("not admitted at once"),
        }
    }

    fn check_load(admission: &Admission, running: usize, queued: usize) {
        assert_eq!(*admission.load().borrow(), Load { running, queued });
    }

    #[test]
    fn requests_beyond_slots_and_queue_are_refused() {
        let admission = Admission::new(1, 1);
        let _slot = admitted(&admission);
        let mut waiting = pin!(admission.admit());
        assert!(poll(waiting.as_mut()).is_pending());
        let Poll::Ready(Err(refused)) = poll(pin!(admission.admit())) else { panic!("admitted or waiting") };
        assert_eq!(refused, Refused::Full(Load { running: 1, queued: 1 }));
    }

    #[test]
    fn slots_are_given_in_the_order_of_requests() {
        let admission = Admission::new(1, 2);
        let slot = admitted(&admission);
        let (mut first, mut second) = (pin!(admission.admit()), pin!(admission.admit()));
        assert!(poll(first.as_mut()).is_pending() && poll(second.as_mut()).is_pending());
        drop(slot);
        assert!(poll(second.as_mut()).is_pending(), "the second came before the first");
        let Poll::Ready(Ok(slot)) = poll(first.as_mut()) else { panic!("the first was left waiting") };
        check_load(&admission, 1, 1);
        drop(slot);
        assert!(poll(second.as_mut()).is_ready());
    }

    #[test]
    fn a_request_that_stops_waiting_takes_no_slot() {
        let admission = Admission::new(1, 1);
        let slot = admitted(&admission);
        {
            let mut waiting = pin!(admission.admit());
            assert!(poll(waiting.as_mut()).is_pending());
        }
        check_load(&admission, 1, 0);
        {
            let mut waiting = pin!(admission.admit());
            assert!(poll(waiting.as_mut()).is_pending());
            drop(slot);
            check_load(&admission, 1, 0);
        }
        check_load(&admission, 0, 0);
    }

    #[test]
    fn more_slots_admit_waiting_requests_and_fewer_let_running_ones_end() {
        let admission = Admission::new(1, 2);
        let first = admitted(&admission);
        let mut waiting = pin!(admission.admit());
        assert!(poll(waiting.as_mut()).is_pending());
        admission.resize(2, 2);
        let Poll::Ready(Ok(second)) = poll(waiting.as_mut()) else { panic!("the new slot was not given") };
        admission.resize(1, 0);
        check_load(&admission, 2, 0);
        drop(second);
        assert!(matches!(poll(pin!(admission.admit())), Poll::Ready(Err(Refused::Full(_)))));
        drop(first);
        let _slot = admitted(&admission);
    }

    #[test]
    fn interactive_executions_take_no_slot_of_others() {
        let admission = Admission::new(1, 0);
        let terminal = admission.admit_interactive(1).expect("a slot");
        let slot = admitted(&admission);
        check_load(&admission, 2, 0);
        assert_eq!(admission.admit_interactive(1).err(), Some(Refused::TerminalsFull(1)));
        drop(slot);
        check_load(&admission, 1, 0);
        drop(terminal);
        check_load(&admission, 0, 0);
        admission.close();
        assert_eq!(admission.admit_interactive(1).err(), Some(Refused::Closed));
    }

    #[test]
    fn draining_refuses_new_requests_and_lets_waiting_ones_in() {
        let admission = Admission::new(1, 2);
        let slot = admitted(&admission);
        let mut waiting = pin!(admission.admit());
        assert!(poll(waiting.as_mut()).is_pending());
        admission.drain();
        let mut idle = pin!(admission.idle());
        assert!(matches!(poll(pin!(admission.admit())), Poll::Ready(Err(Refused::Closed))));
        drop(slot);
        let Poll::Ready(Ok(slot)) = poll(waiting.as_mut()) else { panic!("the waiting request lost its turn") };
        assert!(poll(idle.as_mut()).is_pending(), "idle while one runs");
        drop(slot);
        assert!(poll(idle.as_mut()).is_ready());
    }

    #[test]
    fn waiting_for_the_last_run_refuses_none_before_its_end_and_every_one_after() {
        let admission = Admission::new(1, 2);
        let (slot, terminal) = (admitted(&admission), admission.admit_interactive(1).expect("a slot"));
        let mut drained = pin!(admission.drain_when_idle());
        assert!(poll(drained.as_mut()).is_pending());
        drop((slot, terminal));
        // It is idle, and the future has not been polled: a new request is still admitted, and waited for.
        let slot = admitted(&admission);
        assert!(poll(drained.as_mut()).is_pending(), "one came in between");
        drop(slot);
        assert!(poll(drained.as_mut()).is_ready());
        assert!(matches!(poll(pin!(admission.admit())), Poll::Ready(Err(Refused::Closed))));
        assert_eq!(admission.admit_interactive(1).err(), Some(Refused::Closed));
    }

    #[test]
    fn closing_refuses_waiting_and_new_requests() {
        let admission = Admission::new(1, 2);
        let _slot = admitted(&admission);
        let mut waiting = pin!(admission.admit());
        assert!(poll(waiting.as_mut()).is_pending());
        admission.close();
        assert!(matches!(poll(waiting.as_mut()), Poll::Ready(Err(Refused::Closed))));
        assert!(matches!(poll(pin!(admission.admit())), Poll::Ready(Err(Refused::Closed))));
    }
}
