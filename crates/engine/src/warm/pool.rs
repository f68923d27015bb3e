//! Interpreters that were started prestart of their programs.
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
use super::idle_set::{IdleSet, Kind};
use super::pool_size::Warm;
use crate::error::Error;
use crate::job::Job;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::spawn::{Spawned, Spawner, on_disk};
use crate::sys::Breach;

/// How often it is seen whether fewer should wait.
const TICK: Duration = Duration::from_secs(15);
/// How long a program has the processor to itself before the next interpreter is started beside it.
const HEAD_START: Duration = Duration::from_millis(50);
/// What an answer takes to be sent: a program that has ended was not answered yet.
const ANSWER: Duration = Duration::from_millis(3);

/// The interpreters that wait.
pub(crate) struct Pool {
    spawner: Spawner,
    state: Mutex<State>,
    tasks: TaskTracker,
    /// Cancelled when no interpreter is to be started any more.
    closing: CancellationToken,
}

struct State {
    warm: Warm,
    idle_sets: Vec<IdleSet>,
    maintained: bool,
    closed: bool,
}

impl Pool {
    pub(crate) fn new(spawner: Spawner, warm: Warm) -> Self {
        let state = State { warm, idle_sets: Vec::new(), maintained: false, closed: false };
        Self { spawner, state: Mutex::new(state), tasks: TaskTracker::new(), closing: CancellationToken::new() }
    }

    /// What starts interpreters when none waits.
    pub(crate) fn spawner(&self) -> &Spawner {
        &self.spawner
    }

    /// An interpreter that waited for a program such as `job`, with that program in its folder; its barrier is still closed. `None`
    /// where none waits or `job` needs one of its own. `ended` says when the program has.
    pub(crate) async fn take(self: &Arc<Self>, job: &Arc<Job>, ended: CancellationToken) -> Option<Spawned> {
        if !eligible::is_eligible(job.runtime.prestart?, &job.request) {
            return None;
        }
        self.drop_outdated(job);
        let idle = self.pick(job);
        tokio::spawn(refill_after(Arc::downgrade(self), ended));
        self.ready(idle?, job).await
    }

    /// Gives up those that have read what is no longer so. Files are looked at without holding the pool.
    fn drop_outdated(&self, job: &Job) {
        let kind = Arc::clone(self.lock().set_of(job).kind());
        if !kind.is_current() {
            self.lock().set_of(job).outdate(&kind);
        }
    }

    fn pick(self: &Arc<Self>, job: &Job) -> Option<Spawned> {
        let (found, outdated) = self.lock().set_of(job).pick(Instant::now());
        outdated.into_iter().for_each(|idle| self.discard(idle));
        found
    }

    /// Puts the program of `job` before an interpreter that is still there.
    async fn ready(self: &Arc<Self>, mut idle: Spawned, job: &Arc<Job>) -> Option<Spawned> {
        if let Some(ended) = idle.tree.wait().now_or_never() {
            tracing::warn!(interpreter = %job.runtime.path.display(), "an interpreter ended while it waited");
            // One whose supervisor was ended is not to blame.
            if ended.is_ok_and(|exit| exit.breach != Some(Breach::Supervisor)) {
                self.lock().set_of(job).back_off(Instant::now());
            }
            return None;
        }
        let given = job.clone();
        let fill = move || Ok((fill(&mut idle, &given), idle));
        let (filled, mut idle) = on_disk(&job.request, fill).await.ok()?;
        let begun = match filled {
            Ok(()) => begin(&mut idle, job).await,
            failed => failed,
        };
        if let Err(error) = begun {
            tracing::warn!(%error, "an interpreter that waited could not be used");
            self.discard(idle);
            return None;
        }
        Some(idle)
    }

    /// Keeps interpreters of `runtime` waiting where a fixed number of them is wanted, before the first program is there.
    pub(crate) fn expect(self: &Arc<Self>, runtime: &Runtime, limits: &Limits) {
        if runtime.prestart.is_some() {
            self.lock().set(runtime, limits, false);
            self.shrink();
            self.refill();
        }
    }

    /// How many wait, by language.
    pub(crate) fn waiting(&self) -> BTreeMap<String, usize> {
        let mut waiting = BTreeMap::new();
        for set in &self.lock().idle_sets {
            *waiting.entry(set.language().to_owned()).or_default() += set.waiting();
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
        let idle_sets = {
            let mut state = self.lock();
            state.closed = true;
            std::mem::take(&mut state.idle_sets)
        };
        self.closing.cancel();
        idle_sets.into_iter().flat_map(IdleSet::into_idle).for_each(|idle| self.discard(idle));
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Starts what is missing, in the background.
    fn refill(self: &Arc<Self>) {
        let (missing, unmaintained) = self.lock().missing();
        for kind in missing {
            self.tasks.spawn(self.clone().start_one(kind));
        }
        if unmaintained {
            tokio::spawn(maintain(Arc::downgrade(self)));
        }
    }

    async fn start_one(self: Arc<Self>, kind: Arc<Kind>) {
        let started = self.start(&kind).await;
        let unwanted = self.lock().started(&kind, started);
        unwanted.into_iter().for_each(|idle| self.discard(idle));
    }

    async fn start(&self, kind: &Kind) -> Result<Spawned, Error> {
        tokio::select! {
            maintained = kind.take_snapshot() => maintained.map_err(Error::Supervisor)?,
            () = self.closing.cancelled() => return Err(Error::Supervisor(io::Error::other("the engine is ending"))),
        }
        self.spawner.prestart(&kind.runtime, &kind.limits, kind.terminal).await
    }

    /// Ends what is no longer wanted, and learns what the back_off weighs.
    fn shrink(self: &Arc<Self>) {
        let unwanted = self.lock().settle(Instant::now());
        unwanted.into_iter().for_each(|idle| self.discard(idle));
    }

    /// Ends an interpreter; its folder goes after it.
    fn discard(&self, mut idle: Spawned) {
        self.tasks.spawn(async move {
            idle.tree.kill();
            if let Err(error) = idle.tree.wait().await {
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
fn fill(idle: &mut Spawned, job: &Job) -> io::Result<()> {
    let touched = || io::Error::other("another program was in its folder or at its barrier");
    if !idle.workspace.is_pristine() {
        return Err(touched());
    }
    idle.workspace.fill(&job.request)?;
    // Only now: from here on no name leads to the barrier.
    let untouched = idle.barrier.as_mut().is_none_or(|barrier| barrier.is_untouched(&idle.tree));
    if untouched { Ok(()) } else { Err(touched()) }
}

/// Lets a waiting interpreter's tree begin, with a terminal of the size that `job` has.
async fn begin(idle: &mut Spawned, job: &Job) -> io::Result<()> {
    if let (Some(terminal), Some(size)) = (&idle.pipes.terminal, job.request.terminal()) {
        terminal.resize(size)?;
    }
    idle.tree.begin().await
}

impl State {
    fn set_of(&mut self, job: &Job) -> &mut IdleSet {
        self.set(&job.runtime, &job.limits, job.request.terminal().is_some())
    }

    /// The set of `runtime`. What stood there before and does not fit any more is outdated.
    fn set(&mut self, runtime: &Runtime, limits: &Limits, terminal: bool) -> &mut IdleSet {
        let size = self.warm.size(&runtime.language);
        let index = match self.idle_sets.iter().position(|set| set.is_of(runtime, terminal)) {
            Some(index) => index,
            None => {
                self.idle_sets.push(IdleSet::new(runtime, limits, terminal, Instant::now()));
                self.idle_sets.len() - 1
            }
        };
        let set = &mut self.idle_sets[index];
        set.serve(runtime, limits, size);
        set
    }

    /// What should be started now, each counted as on its way, and whether nobody watches the pool yet.
    fn missing(&mut self) -> (Vec<Arc<Kind>>, bool) {
        let mut missing = Vec::new();
        if self.closed {
            return (missing, false);
        }
        let now = Instant::now();
        let mut room = self.warm.memory_bytes.saturating_sub(self.idle_sets.iter().map(IdleSet::memory_bytes).sum());
        for set in &mut self.idle_sets {
            missing.extend(set.plan(&mut room, now));
        }
        let unmaintained = !self.maintained && !missing.is_empty();
        self.maintained |= unmaintained;
        (missing, unmaintained)
    }

    /// Takes in what was started; what is not wanted any more comes back.
    fn started(&mut self, kind: &Arc<Kind>, started: Result<Spawned, Error>) -> Vec<Spawned> {
        let set = self.idle_sets.iter_mut().find(|set| set.is_of(&kind.runtime, kind.terminal));
        let unwanted = match (set, started) {
            (Some(set), started) => set.started(kind, started, Instant::now()),
            (None, started) => started.ok(),
        };
        unwanted.into_iter().chain(self.over_budget()).collect()
    }

    fn settle(&mut self, now: Instant) -> Vec<Spawned> {
        let (idle, warm) = (self.warm.idle, &self.warm);
        let settle = |set: &mut IdleSet| set.settle(warm.size(set.language()), idle, now);
        let unwanted: Vec<_> = self.idle_sets.iter_mut().flat_map(settle).collect();
        unwanted.into_iter().chain(self.over_budget()).collect()
    }

    /// Those for which there is no memory any more; of the language with most of them first.
    fn over_budget(&mut self) -> Vec<Spawned> {
        let mut unwanted = Vec::new();
        while self.idle_sets.iter().map(IdleSet::memory_bytes).sum::<u64>() > self.warm.memory_bytes {
            let fullest = self.idle_sets.iter_mut().max_by_key(|set| set.waiting());
            match fullest.and_then(IdleSet::evict) {
                Some(idle) => unwanted.push(idle),
                None => break,
            }
        }
        unwanted
    }

    /// Whether nothing waits or is on its way; then nobody need watch.
    fn is_empty(&mut self) -> bool {
        let empty = self.idle_sets.iter().all(IdleSet::is_empty);
        self.maintained = !empty;
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
async fn maintain(pool: Weak<Pool>) {
    loop {
        sleep(TICK).await;
        let Some(pool) = pool.upgrade() else { return };
        pool.shrink();
        if pool.lock().is_empty() {
            return;
        }
    }
}
