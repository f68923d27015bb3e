//! Interpreters that were started ahead of their programs.
//!
//! Each runs one program, in the folder and the process tree that it was started in: a program finds a fresh process as it would
//! without the pool. The next is started when that program was answered, or soon. What nobody uses for long ends; an interpreter that
//! changed on disk, or limits that changed, end what waits of the old.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::eligible;
use super::idle_set::{Kind, Shelf};
use super::pool_size::Warm;
use crate::error::Error;
use crate::job::Job;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::spawn::{Started, Starter, on_disk};
use crate::sys::Breach;

/// How often it is seen whether fewer should wait.
const TICK: Duration = Duration::from_secs(15);
/// How long a program has the processor to itself before the next interpreter is started beside it.
const HEAD_START: Duration = Duration::from_millis(50);
/// What an answer takes to be sent: a program that has ended was not answered yet.
const ANSWER: Duration = Duration::from_millis(3);

/// The interpreters that wait.
pub(crate) struct Pool {
    starter: Starter,
    state: Mutex<State>,
    tasks: TaskTracker,
    /// Cancelled when no interpreter is to be started any more.
    closing: CancellationToken,
}

struct State {
    warm: Warm,
    shelves: Vec<Shelf>,
    watched: bool,
    closed: bool,
}

impl Pool {
    pub(crate) fn new(starter: Starter, warm: Warm) -> Self {
        let state = State { warm, shelves: Vec::new(), watched: false, closed: false };
        Self { starter, state: Mutex::new(state), tasks: TaskTracker::new(), closing: CancellationToken::new() }
    }

    /// What starts interpreters when none waits.
    pub(crate) fn starter(&self) -> &Starter {
        &self.starter
    }

    /// An interpreter that waited for a program such as `job`, with that program in its folder; its gate is still closed. `None`
    /// where none waits or `job` needs one of its own. `ended` says when the program has.
    pub(crate) async fn take(self: &Arc<Self>, job: &Arc<Job>, ended: CancellationToken) -> Option<Started> {
        if !eligible::suits(job.runtime.ahead?, &job.request) {
            return None;
        }
        self.drop_outdated(job);
        let spare = self.pick(job);
        tokio::spawn(refill_after(Arc::downgrade(self), ended));
        self.ready(spare?, job).await
    }

    /// Gives up those that have read what is no longer so. Files are looked at without holding the pool.
    fn drop_outdated(&self, job: &Job) {
        let kind = Arc::clone(self.lock().shelf_of(job).kind());
        if !kind.is_current() {
            self.lock().shelf_of(job).outdate(&kind);
        }
    }

    fn pick(self: &Arc<Self>, job: &Job) -> Option<Started> {
        let (found, outdated) = self.lock().shelf_of(job).pick(Instant::now());
        outdated.into_iter().for_each(|spare| self.discard(spare));
        found
    }

    /// Puts the program of `job` before an interpreter that is still there.
    async fn ready(self: &Arc<Self>, mut spare: Started, job: &Arc<Job>) -> Option<Started> {
        if let Some(ended) = spare.tree.wait().now_or_never() {
            tracing::warn!(interpreter = %job.runtime.path.display(), "an interpreter ended while it waited");
            // One whose supervisor was ended is not to blame.
            if ended.is_ok_and(|exit| exit.breach != Some(Breach::Supervisor)) {
                self.lock().shelf_of(job).rest(Instant::now());
            }
            return None;
        }
        let given = job.clone();
        let fill = move || Ok((fill(&mut spare, &given), spare));
        let (filled, mut spare) = on_disk(&job.request, fill).await.ok()?;
        let begun = match filled {
            Ok(()) => begin(&mut spare, job).await,
            failed => failed,
        };
        if let Err(error) = begun {
            tracing::warn!(%error, "an interpreter that waited could not be used");
            self.discard(spare);
            return None;
        }
        Some(spare)
    }

    /// Keeps interpreters of `runtime` waiting where a fixed number of them is wanted, before the first program is there.
    pub(crate) fn expect(self: &Arc<Self>, runtime: &Runtime, limits: &Limits) {
        if runtime.ahead.is_some() {
            self.lock().shelf(runtime, limits, false);
            self.shrink();
            self.refill();
        }
    }

    /// How many wait, by language.
    pub(crate) fn waiting(&self) -> BTreeMap<String, usize> {
        let mut waiting = BTreeMap::new();
        for shelf in &self.lock().shelves {
            *waiting.entry(shelf.language().to_owned()).or_default() += shelf.waiting();
        }
        waiting
    }

    /// Takes other sizes into effect.
    pub(crate) fn configure(self: &Arc<Self>, warm: Warm) {
        self.lock().warm = warm;
        self.shrink();
        self.refill();
    }

    /// Ends all that wait, and starts none any more. When this returns they are gone.
    pub(crate) async fn close(self: &Arc<Self>) {
        let shelves = {
            let mut state = self.lock();
            state.closed = true;
            std::mem::take(&mut state.shelves)
        };
        self.closing.cancel();
        shelves.into_iter().flat_map(Shelf::into_spares).for_each(|spare| self.discard(spare));
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Starts what is missing, in the background.
    fn refill(self: &Arc<Self>) {
        let (missing, unwatched) = self.lock().missing();
        for kind in missing {
            self.tasks.spawn(self.clone().stock(kind));
        }
        if unwatched {
            tokio::spawn(watch(Arc::downgrade(self)));
        }
    }

    async fn stock(self: Arc<Self>, kind: Arc<Kind>) {
        let started = self.start(&kind).await;
        let unwanted = self.lock().stocked(&kind, started);
        unwanted.into_iter().for_each(|spare| self.discard(spare));
    }

    async fn start(&self, kind: &Kind) -> Result<Started, Error> {
        tokio::select! {
            watched = kind.watch() => watched.map_err(Error::Supervisor)?,
            () = self.closing.cancelled() => return Err(Error::Supervisor(io::Error::other("the engine is ending"))),
        }
        self.starter.ahead(&kind.runtime, &kind.limits, kind.terminal).await
    }

    /// Ends what is no longer wanted, and learns what the rest weighs.
    fn shrink(self: &Arc<Self>) {
        let unwanted = self.lock().settle(Instant::now());
        unwanted.into_iter().for_each(|spare| self.discard(spare));
    }

    /// Ends an interpreter; its folder goes after it.
    fn discard(&self, mut spare: Started) {
        self.tasks.spawn(async move {
            spare.tree.kill();
            if let Err(error) = spare.tree.wait().await {
                tracing::warn!(%error, "an interpreter that was not needed ended oddly");
            }
        });
    }

    /// A panic elsewhere must not stop the pool: every change is made in one go.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts the program of `job` before an interpreter that waits. Refused where another program could have got at the interpreter: it
/// may have read something already, or be about to.
fn fill(spare: &mut Started, job: &Job) -> io::Result<()> {
    let touched = || io::Error::other("another program was in its folder or at its gate");
    if !spare.workspace.is_as_made() {
        return Err(touched());
    }
    spare.workspace.fill(&job.request)?;
    // Only now: from here on no name leads to the gate.
    let untouched = spare.gate.as_mut().is_none_or(|gate| gate.is_untouched(&spare.tree));
    if untouched { Ok(()) } else { Err(touched()) }
}

/// Lets a waiting interpreter's tree begin, with a terminal of the size that `job` has.
async fn begin(spare: &mut Started, job: &Job) -> io::Result<()> {
    if let (Some(terminal), Some(size)) = (&spare.pipes.terminal, job.request.terminal()) {
        terminal.resize(size)?;
    }
    spare.tree.begin().await
}

impl State {
    fn shelf_of(&mut self, job: &Job) -> &mut Shelf {
        self.shelf(&job.runtime, &job.limits, job.request.terminal().is_some())
    }

    /// The shelf of `runtime`. What stood there before and does not fit any more is outdated.
    fn shelf(&mut self, runtime: &Runtime, limits: &Limits, terminal: bool) -> &mut Shelf {
        let size = self.warm.size(&runtime.language);
        let index = match self.shelves.iter().position(|shelf| shelf.is_of(runtime, terminal)) {
            Some(index) => index,
            None => {
                self.shelves.push(Shelf::new(runtime, limits, terminal, Instant::now()));
                self.shelves.len() - 1
            }
        };
        let shelf = &mut self.shelves[index];
        shelf.serve(runtime, limits, size);
        shelf
    }

    /// What should be started now, each counted as on its way, and whether nobody watches the pool yet.
    fn missing(&mut self) -> (Vec<Arc<Kind>>, bool) {
        let mut missing = Vec::new();
        if self.closed {
            return (missing, false);
        }
        let now = Instant::now();
        let mut room = self.warm.memory_bytes.saturating_sub(self.shelves.iter().map(Shelf::memory_bytes).sum());
        for shelf in &mut self.shelves {
            missing.extend(shelf.order(&mut room, now));
        }
        let unwatched = !self.watched && !missing.is_empty();
        self.watched |= unwatched;
        (missing, unwatched)
    }

    /// Takes in what was started; what is not wanted any more comes back.
    fn stocked(&mut self, kind: &Arc<Kind>, started: Result<Started, Error>) -> Vec<Started> {
        let shelf = self.shelves.iter_mut().find(|shelf| shelf.is_of(&kind.runtime, kind.terminal));
        let unwanted = match (shelf, started) {
            (Some(shelf), started) => shelf.stocked(kind, started, Instant::now()),
            (None, started) => started.ok(),
        };
        unwanted.into_iter().chain(self.over_budget()).collect()
    }

    fn settle(&mut self, now: Instant) -> Vec<Started> {
        let (idle, warm) = (self.warm.idle, &self.warm);
        let settle = |shelf: &mut Shelf| shelf.settle(warm.size(shelf.language()), idle, now);
        let unwanted: Vec<_> = self.shelves.iter_mut().flat_map(settle).collect();
        unwanted.into_iter().chain(self.over_budget()).collect()
    }

    /// Those for which there is no memory any more; of the language with most of them first.
    fn over_budget(&mut self) -> Vec<Started> {
        let mut unwanted = Vec::new();
        while self.shelves.iter().map(Shelf::memory_bytes).sum::<u64>() > self.warm.memory_bytes {
            let fullest = self.shelves.iter_mut().max_by_key(|shelf| shelf.waiting());
            match fullest.and_then(Shelf::give_up) {
                Some(spare) => unwanted.push(spare),
                None => break,
            }
        }
        unwanted
    }

    /// Whether nothing waits or is on its way; then nobody need watch.
    fn is_empty(&mut self) -> bool {
        let empty = self.shelves.iter().all(Shelf::is_empty);
        self.watched = !empty;
        empty
    }
}

/// Starts what is missing when a program has ended and was answered, or has had its head start.
async fn refill_after(pool: Weak<Pool>, ended: CancellationToken) {
    // Either way it is time.
    let _ = timeout(HEAD_START, ended.cancelled()).await;
    sleep(ANSWER).await;
    if let Some(pool) = pool.upgrade() {
        pool.refill();
    }
}

/// Sees from time to time whether fewer should wait, as long as any does.
async fn watch(pool: Weak<Pool>) {
    loop {
        sleep(TICK).await;
        let Some(pool) = pool.upgrade() else { return };
        pool.shrink();
        if pool.lock().is_empty() {
            return;
        }
    }
}
