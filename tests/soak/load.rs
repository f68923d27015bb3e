//! The clients: each sends its next program after the response to the last, and retries when it is refused.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::kinds::{Kind, kind};
use super::say;
use super::strikes::Strikes;
use crate::harness::Service;
use crate::harness::hostile_programs::HostileProgram;
use crate::harness::leftovers::Marker;

/// The longest time in milliseconds before a client disconnects. It varies, so that the program may be queued or running.
const LONGEST_STAY: u64 = 400;
/// The time within which the tree of a disconnected client must be gone.
const PATIENCE: Duration = Duration::from_secs(30);
/// The number of progress lines.
const LINES: usize = 50;

/// The observations of the clients.
#[derive(Debug)]
pub(super) struct Load {
    /// The number of refusals with 429.
    pub(super) refused: usize,
    /// The longest time to a response, refusals included.
    pub(super) longest: Duration,
    /// Milliseconds from a run's deadline until its tree was gone.
    pub(super) after_deadline: Vec<f64>,
    /// Unexpected answers, and processes that outlived their run.
    pub(super) wrong: Vec<String>,
    /// The end of the first run.
    pub(super) began: Option<Instant>,
    /// The number of ended runs.
    pub(super) done: usize,
    /// The markers of runs whose clients disconnected.
    pub(super) abandoned: Vec<Marker>,
    /// The number of slots that could not run a program afterwards.
    pub(super) missing_slots: usize,
    /// The processes that were killed and stopped meanwhile.
    pub(super) strikes: Arc<Strikes>,
}

/// One answer.
struct Answer {
    refused: bool,
    took: Duration,
    body: Value,
}

impl Load {
    /// The state before the first run.
    pub(super) fn new(strikes: Strikes) -> Self {
        Self {
            refused: 0,
            longest: Duration::ZERO,
            after_deadline: Vec::new(),
            wrong: Vec::new(),
            began: None,
            done: 0,
            abandoned: Vec::new(),
            missing_slots: 0,
            strikes: Arc::new(strikes),
        }
    }

    /// Makes the runs with these numbers, of `all` in total.
    pub(super) fn run(&mut self, service: &Service, numbers: Range<usize>, all: usize, clients: usize) {
        let next = AtomicUsize::new(numbers.start);
        let strikes = self.strikes.clone();
        let seen = Mutex::new(self);
        thread::scope(|scope| {
            for _ in 0..clients {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= numbers.end {
                            return;
                        }
                        strikes.before(service, number);
                        one(service, number, &seen);
                        lock(&seen).progress(all);
                    }
                });
            }
        });
    }

    /// Counts a run, and prints the progress now and then.
    fn progress(&mut self, all: usize) {
        self.done += 1;
        let Self { done, refused, began, .. } = self;
        let began = began.get_or_insert_with(Instant::now);
        if done.is_multiple_of(all.div_ceil(LINES)) {
            say(&format!("  {done} of {all} runs, {refused} refused with 429, {:.0?}", began.elapsed()));
        }
    }

    /// The number of processes of abandoned runs that are still alive.
    pub(super) fn survivors(&self) -> usize {
        let left = || self.abandoned.iter().map(|marker| marker.carriers().len()).sum();
        let deadline = Instant::now() + PATIENCE;
        while left() > 0 && Instant::now() < deadline {
            thread::yield_now();
        }
        left()
    }
}

fn lock<'a, 'b>(seen: &'a Mutex<&'b mut Load>) -> std::sync::MutexGuard<'a, &'b mut Load> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn one(service: &Service, number: usize, seen: &Mutex<&mut Load>) {
    let marker = Marker::new();
    match kind(number) {
        Kind::Whole(one) => {
            // A benign program starts no process that could outlive it. Without a marker it can use a prestarted interpreter.
            let is_marked = one.status != "completed" || one.name == "daemon";
            let request = if is_marked { marker.mark(one.request()) } else { one.request() };
            let answer = until_taken(service, &request, seen);
            let processes = if is_marked { marker.carriers() } else { Vec::new() };
            let mut seen = lock(seen);
            let complaint = one.complaint(&answer).filter(|_| !seen.strikes.explain(&answer));
            seen.wrong.extend(complaint.map(|what| format!("{}: {what}", one.name)));
            if !processes.is_empty() {
                seen.wrong.push(format!("{}: {processes:?} outlived the answer", one.name));
            }
            if one.status == "timeout" && answer["status"] == "timeout" {
                let over = answer["duration_ms"].as_f64().unwrap_or(f64::MAX) - one.timeout_ms as f64;
                seen.after_deadline.push(over);
            }
        }
        Kind::Abandoned(one) => {
            let connection = service.ask(&marker.mark(one.request()), "");
            thread::sleep(Duration::from_millis(number as u64 * 37 % LONGEST_STAY));
            drop(connection);
            lock(seen).abandoned.push(marker);
        }
    }
}

/// The response to a request, which is sent again after `Retry-After` while the service is full.
fn until_taken(service: &Service, request: &Value, seen: &Mutex<&mut Load>) -> Value {
    loop {
        let answer = execute(service, request);
        let mut seen = lock(seen);
        seen.longest = seen.longest.max(answer.took);
        if !answer.refused {
            return answer.body;
        }
        seen.refused += 1;
        drop(seen);
        thread::sleep(Duration::from_secs(1));
    }
}

fn execute(service: &Service, request: &Value) -> Answer {
    let began = Instant::now();
    let headers = [("Content-Type", "application/json"), ("Connection", "close")];
    let reply = service.post_with("/execute", &headers, request.to_string().as_bytes());
    let refused = reply.status == 429 && reply.header("retry-after") == "1";
    Answer { refused, took: began.elapsed(), body: reply.json() }
}

impl HostileProgram {
    /// The reason why an answer is not the expected one, if any.
    fn complaint(&self, answer: &Value) -> Option<String> {
        let error = answer["error"].as_str().unwrap_or_default();
        let as_expected = answer["status"] == self.status && error.ends_with(self.ending);
        (!as_expected).then(|| format!("status {}, code {}, error {error:?}", answer["status"], answer["code"]))
    }
}
