//! The pool of idle interpreters.
//!
//! Each runs one program, in the folder and process tree it was started in, so a program finds a fresh process as it would
//! without the pool. Interpreters end when they are unused for long, or when their file, their start-up files or the limits
//! change.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::eligible;
use super::idle_set::{IdleSet, Kind};
use super::pool_size::Warm;
use crate::error::Error;
use crate::isolation::Policy;
use crate::job::Job;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::spawn::{Running, Spawned, Spawner, on_disk};
use crate::sys::Breach;

/// How often the pool checks whether it can shrink.
const TICK: Duration = Duration::from_secs(15);

/// The idle interpreters of an engine, and all its trees.
pub(crate) struct Pool {
    spawner: Spawner,
    state: Mutex<State>,
    /// Everything that has a tree: runs, interpreters that are being started, and trees that are being ended.
    tasks: TaskTracker,
    /// Cancelled when every run must end and no more interpreters may be started.
    closing: CancellationToken,
    /// Refills are asked for from wherever an answer is dropped.
    runtime: Handle,
}

struct State {
    warm: Warm,
    idle_sets: Vec<IdleSet>,
    maintained: bool,
    closed: bool,
}

impl Pool {
    /// An empty pool. Must be called within a tokio runtime.
    pub(crate) fn new(spawner: Spawner, warm: Warm) -> Self {
        spawner.containers().keep(warm.keeps_any());
        let state = State { warm, idle_sets: Vec::new(), maintained: false, closed: false };
        let (tasks, closing) = (TaskTracker::new(), CancellationToken::new());
        Self { spawner, state: Mutex::new(state), tasks, closing, runtime: Handle::current() }
    }

    /// How long a program has the processor to itself.
    pub(super) fn head_start(&self) -> Duration {
        self.lock().warm.head_start
    }

    /// Cancelled when every run must end.
    pub(crate) fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// `run`, for which [`close`](Self::close) waits.
    pub(crate) fn tracked<F: Future>(&self, run: F) -> impl Future<Output = F::Output> + use<F> {
        self.tasks.track_future(run)
    }

    /// Starts interpreters when none is idle.
    pub(crate) fn spawner(&self) -> &Spawner {
        &self.spawner
    }

    /// An idle interpreter with the files of `job` in its folder; its barrier is still closed. `None` if none is idle or `job`
    /// is not eligible.
    pub(crate) async fn take(&self, job: &Arc<Job>) -> Option<Spawned> {
        if !self.serves(job) {
            return None;
        }
        self.drop_outdated(job);
        let idle = self.pick(job)?;
        self.ready(idle, job).await
    }

    /// Whether `job` can have an idle interpreter.
    pub(super) fn serves(&self, job: &Job) -> bool {
        eligible::is_eligible(job, *self.spawner.containment().borrow())
    }

    /// Marks interpreters as outdated whose start-up files have changed. The pool is not locked while files are read.
    fn drop_outdated(&self, job: &Job) {
        let kind = Arc::clone(self.lock().set_of(job).kind());
        if !kind.is_current() {
            self.lock().set_of(job).outdate(&kind);
        }
    }

    fn pick(&self, job: &Job) -> Option<Spawned> {
        let (found, outdated) = self.lock().set_of(job).pick(Instant::now());
        outdated.into_iter().for_each(|idle| self.discard(idle));
        found
    }

    /// Checks that an interpreter is alive, and gives it the files of `job`.
    async fn ready(&self, mut idle: Spawned, job: &Arc<Job>) -> Option<Spawned> {
        // An interpreter that dies while idle would die again: the pool backs off, and this run starts its own.
        if let Some(ended) = idle.tree.wait().now_or_never() {
            tracing::warn!(interpreter = %job.runtime().path.display(), "an idle interpreter ended");
            // A supervisor that died says nothing about the interpreter.
            if ended.is_ok_and(|exit| exit.breach != Some(Breach::Supervisor)) {
                self.lock().set_of(job).back_off(Instant::now());
            }
            return None;
        }
        let given = job.clone();
        let fill = move || Ok((fill(&mut idle, &given), idle));
        let (filled, mut idle) = on_disk(job.request(), fill).await.ok()?;
        // The tree begins before the barrier is released, so that no CPU time of the program is missed.
        let begun = match filled {
            Ok(()) => begin(&mut idle, job).await,
            failed => failed,
        };
        if let Err(error) = begun {
            tracing::warn!(%error, "an idle interpreter could not be used");
            self.discard(idle);
            return None;
        }
        Some(idle)
    }

    /// Fills the pool for `runtime` before its first request, where the pool size is fixed.
    pub(crate) fn expect(self: &Arc<Self>, runtime: &Runtime, limits: &Limits, policy: &Policy) {
        if runtime.prestart.is_some() && eligible::may_wait(policy) {
            self.lock().set(runtime, limits, policy, false);
            self.shrink();
            self.refill();
        }
    }

    /// The number of idle interpreters, by language.
    pub(crate) fn waiting(&self) -> BTreeMap<String, usize> {
        let mut waiting = BTreeMap::new();
        for set in &self.lock().idle_sets {
            *waiting.entry(set.language().to_owned()).or_default() += set.waiting();
        }
        waiting
    }

    /// Applies other sizes.
    pub(crate) fn configure(self: &Arc<Self>, warm: Warm) {
        self.spawner.containers().keep(warm.keeps_any());
        self.lock().warm = warm;
        self.shrink();
        self.refill();
    }

    /// Ends all runs and idle interpreters, and starts no more. When this returns, their trees are gone.
    pub(crate) async fn close(&self) {
        self.closing.cancel();
        let idle_sets = {
            let mut state = self.lock();
            state.closed = true;
            std::mem::take(&mut state.idle_sets)
        };
        idle_sets.into_iter().flat_map(IdleSet::into_idle).for_each(|idle| self.discard(idle));
        self.tasks.close();
        self.tasks.wait().await;
        self.spawner.containers().close().await;
    }

    /// Starts the missing interpreters in the background.
    pub(super) fn refill(self: &Arc<Self>) {
        let (missing, unmaintained) = self.lock().missing();
        for kind in missing {
            self.tasks.spawn_on(self.clone().start_one(kind), &self.runtime);
        }
        if unmaintained {
            self.runtime.spawn(maintain(Arc::downgrade(self)));
        }
    }

    async fn start_one(self: Arc<Self>, kind: Arc<Kind>) {
        let started = self.start(&kind).await;
        let unwanted = self.lock().started(&kind, started);
        unwanted.into_iter().for_each(|idle| self.discard(idle));
    }

    async fn start(&self, kind: &Kind) -> Result<Spawned, Error> {
        tokio::select! {
            taken = kind.take_snapshot() => taken.map_err(Error::Supervisor)?,
            () = self.closing.cancelled() => return Err(Error::Supervisor(io::Error::other("the engine is ending"))),
        }
        self.spawner.prestart(&kind.runtime, &kind.limits, &kind.policy, kind.terminal).await
    }

    /// Ends surplus interpreters, and measures the memory of the rest.
    fn shrink(&self) {
        let unwanted = self.lock().adjust(Instant::now());
        unwanted.into_iter().for_each(|idle| self.discard(idle));
    }

    /// Ends an interpreter; its folder is deleted afterwards.
    fn discard(&self, Spawned { tree, pipes, workspace, barrier }: Spawned) {
        self.end(tree, (pipes, workspace, barrier));
    }

    /// Ends a tree in the background, and drops `rest` when it is gone.
    pub(crate) fn end(&self, mut tree: Running, rest: impl Send + 'static) {
        let end = async move {
            tree.kill();
            if let Err(error) = tree.wait().await {
                tracing::warn!(%error, "an interpreter could not be ended cleanly");
            }
            drop(tree);
            drop(rest);
        };
        self.tasks.spawn_on(end, &self.runtime);
    }

    /// A poisoned lock is taken all the same: every change of the state is complete before the lock is released.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts the files of `job` into the folder of an idle interpreter. Fails if another program touched the folder or the barrier:
/// the interpreter may have read something of it.
fn fill(idle: &mut Spawned, job: &Job) -> io::Result<()> {
    let touched = || io::Error::other("another program used its folder or its barrier");
    if !idle.workspace.is_pristine() {
        return Err(touched());
    }
    idle.workspace.fill(job.request())?;
    // Checked last: once the program's file has replaced the pipe, no path leads to the barrier any more.
    let untouched = match (&mut idle.barrier, idle.tree.tree()) {
        (Some(barrier), Some(tree)) => barrier.is_untouched(tree),
        _ => true,
    };
    if untouched { Ok(()) } else { Err(touched()) }
}

/// Starts the accounting of an idle interpreter's tree, and gives its terminal the size that `job` asks for.
async fn begin(idle: &mut Spawned, job: &Job) -> io::Result<()> {
    if let (Some(terminal), Some(size)) = (&idle.pipes.terminal, job.request().terminal()) {
        terminal.resize(size)?;
    }
    idle.tree.begin().await
}

impl State {
    fn set_of(&mut self, job: &Job) -> &mut IdleSet {
        self.set(job.runtime(), job.limits(), job.policy(), job.request().terminal().is_some())
    }

    /// The set for `runtime`. Its interpreters of another runtime or other limits become outdated.
    fn set(&mut self, runtime: &Runtime, limits: &Limits, policy: &Policy, terminal: bool) -> &mut IdleSet {
        let size = self.warm.size(&runtime.language);
        let index = match self.idle_sets.iter().position(|set| set.is_of(runtime, policy, terminal)) {
            Some(index) => index,
            // The first request of this kind makes its set.
            None => {
                self.idle_sets.push(IdleSet::new(runtime, limits, policy, terminal, Instant::now()));
                self.idle_sets.len() - 1
            }
        };
        let set = &mut self.idle_sets[index];
        set.serve(runtime, limits, policy, size);
        set
    }

    /// The interpreters to start now, counted as starting, and whether the maintenance task must be spawned.
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

    /// Adds an interpreter that was started; returns those that are not needed.
    fn started(&mut self, kind: &Arc<Kind>, started: Result<Spawned, Error>) -> Vec<Spawned> {
        let set = self.idle_sets.iter_mut().find(|set| set.is_of(&kind.runtime, &kind.policy, kind.terminal));
        let unwanted = match (set, started) {
            (Some(set), started) => set.started(kind, started, Instant::now()),
            (None, started) => started.ok(),
        };
        unwanted.into_iter().chain(self.over_budget()).collect()
    }

    fn adjust(&mut self, now: Instant) -> Vec<Spawned> {
        let (idle, warm) = (self.warm.idle, &self.warm);
        let adjust = |set: &mut IdleSet| set.adjust(warm.size(set.language()), idle, now);
        let unwanted: Vec<_> = self.idle_sets.iter_mut().flat_map(adjust).collect();
        unwanted.into_iter().chain(self.over_budget()).collect()
    }

    /// The interpreters over the memory budget, taken from the largest sets.
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

    /// Whether nothing is idle or starting; then the maintenance task ends.
    fn is_empty(&mut self) -> bool {
        let empty = self.idle_sets.iter().all(IdleSet::is_empty);
        self.maintained = !empty;
        empty
    }
}

/// Shrinks the pool from time to time, until it is empty.
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
