//! The idle interpreters of one kind.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::demand::Demand;
use super::pool_size::PoolSize;
use super::snapshot::Snapshot;
use tokio::sync::OnceCell;

use crate::error::Error;
use crate::fingerprint::Fingerprint;
use crate::isolation::Policy;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::spawn::Spawned;

/// The assumed memory of an interpreter before it was measured, in bytes.
const ASSUMED_BYTES: u64 = 32 << 20;
/// How long no interpreter is started after one failed.
const BACKOFF: Duration = Duration::from_secs(60);

/// The properties that interchangeable interpreters share.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) runtime: Runtime,
    pub(super) limits: Limits,
    pub(super) policy: Policy,
    /// Whether their standard streams are a terminal.
    pub(super) terminal: bool,
    /// The state of the interpreter's file. Also of interpreters that programs must not change: a replaced file is not protected
    /// in them.
    files: Fingerprint,
    /// Taken before the first interpreter is started.
    snapshot: OnceCell<Snapshot>,
}

/// The idle interpreters of one language and kind: with a terminal or without, with TypeScript transforms or without.
pub(super) struct IdleSet {
    kind: Arc<Kind>,
    size: PoolSize,
    demand: Demand,
    ready: VecDeque<Spawned>,
    /// Interpreters whose runtime, limits or files have changed; they are ended.
    outdated: Vec<Spawned>,
    starting: usize,
    bytes_each: u64,
    /// No interpreter is started before this time.
    backoff_until: Option<Instant>,
}

impl Kind {
    fn new(runtime: &Runtime, limits: &Limits, policy: &Policy, terminal: bool) -> Arc<Self> {
        let (runtime, limits, policy) = (runtime.clone(), limits.clone(), policy.clone());
        let files = files(&runtime, &policy);
        Arc::new(Self { runtime, limits, policy, terminal, files, snapshot: OnceCell::new() })
    }

    /// Records the state of the files that the interpreter reads at its start. Interpreters may be started afterwards.
    pub(super) async fn take_snapshot(&self) -> io::Result<()> {
        self.snapshot.get_or_try_init(|| Snapshot::take(&self.runtime)).await.map(drop)
    }

    /// Whether idle interpreters equal one that would be started now.
    pub(super) fn is_current(&self) -> bool {
        files(&self.runtime, &self.policy) == self.files && self.snapshot.get().is_none_or(Snapshot::is_current)
    }

    fn fits(&self, runtime: &Runtime, limits: &Limits, policy: &Policy) -> bool {
        self.runtime == *runtime && self.limits == *limits && self.policy == *policy
    }
}

fn files(runtime: &Runtime, policy: &Policy) -> Fingerprint {
    let kept = policy.interpreters.iter().filter(|path| policy.write.iter().any(|folder| path.starts_with(folder)));
    Fingerprint::of(&[&runtime.path].into_iter().chain(kept).cloned().collect::<Vec<_>>())
}

impl IdleSet {
    pub(super) fn new(runtime: &Runtime, limits: &Limits, policy: &Policy, terminal: bool, now: Instant) -> Self {
        Self {
            kind: Kind::new(runtime, limits, policy, terminal),
            size: PoolSize::default(),
            demand: Demand::none(now),
            ready: VecDeque::new(),
            outdated: Vec::new(),
            starting: 0,
            bytes_each: ASSUMED_BYTES,
            backoff_until: None,
        }
    }

    pub(super) fn language(&self) -> &str {
        &self.kind.runtime.language
    }

    /// A request may raise the level and leave out the network. So each level has interpreters of its own, with and without a
    /// network, whether the settings or a request chose it.
    pub(super) fn is_of(&self, runtime: &Runtime, policy: &Policy, terminal: bool) -> bool {
        let walls = |runtime: &Runtime, policy: &Policy| (runtime.isolation, policy.level, policy.network.is_some());
        let (mine, my_policy) = (&self.kind.runtime, &self.kind.policy);
        (&mine.language, mine.transforms, walls(mine, my_policy), self.kind.terminal)
            == (&runtime.language, runtime.transforms, walls(runtime, policy), terminal)
    }

    /// The size of this set, given the size for the language.
    fn size_of(&self, size: PoolSize) -> PoolSize {
        if self.kind.terminal || self.kind.runtime.transforms { size.on_demand() } else { size }
    }

    /// Switches to `runtime`, `limits`, `policy` and the language's `size`; idle interpreters of another kind become outdated.
    pub(super) fn serve(&mut self, runtime: &Runtime, limits: &Limits, policy: &Policy, size: PoolSize) {
        self.size = self.size_of(size);
        if !self.kind.fits(runtime, limits, policy) {
            self.renew(runtime, limits, policy);
        }
    }

    /// The properties that its interpreters share.
    pub(super) fn kind(&self) -> &Arc<Kind> {
        &self.kind
    }

    /// Marks the interpreters of `kind` as outdated.
    pub(super) fn outdate(&mut self, kind: &Arc<Kind>) {
        if Arc::ptr_eq(kind, &self.kind) {
            self.renew(&kind.runtime, &kind.limits, &kind.policy);
        }
    }

    fn renew(&mut self, runtime: &Runtime, limits: &Limits, policy: &Policy) {
        self.kind = Kind::new(runtime, limits, policy, self.kind.terminal);
        self.outdated.extend(self.ready.drain(..));
        self.starting = 0;
        self.backoff_until = None;
    }

    /// Takes the interpreter that has been idle longest; also returns the outdated ones, which must be ended.
    pub(super) fn pick(&mut self, now: Instant) -> (Option<Spawned>, Vec<Spawned>) {
        let found = self.ready.pop_front();
        self.demand.asked(found.is_some(), self.size.most(), now);
        (found, std::mem::take(&mut self.outdated))
    }

    /// An idle interpreter failed: keeps none for a while.
    pub(super) fn back_off(&mut self, now: Instant) {
        self.backoff_until = Some(now + BACKOFF);
        self.outdated.extend(self.ready.drain(..));
    }

    /// The interpreters to start now, using at most `room` bytes.
    pub(super) fn plan(&mut self, room: &mut u64, now: Instant) -> Vec<Arc<Kind>> {
        if self.backoff_until.is_some_and(|end| now < end) {
            return Vec::new();
        }
        let target = self.size.target(self.demand.level()).min(self.size.most());
        let mut planned = Vec::new();
        while self.ready.len() + self.starting < target && *room >= self.bytes_each {
            *room -= self.bytes_each;
            self.starting += 1;
            planned.push(self.kind.clone());
        }
        planned
    }

    /// Adds an interpreter that was started as `kind`; returns it if it is not needed.
    pub(super) fn started(
        &mut self,
        kind: &Arc<Kind>,
        started: Result<Spawned, Error>,
        now: Instant,
    ) -> Option<Spawned> {
        if !Arc::ptr_eq(kind, &self.kind) {
            return started.ok();
        }
        // From here on it is no longer counted as starting, whether it is kept or not.
        self.starting = self.starting.saturating_sub(1);
        match started {
            Ok(idle) if self.ready.len() >= self.size.target(self.demand.level()) => return Some(idle),
            Ok(idle) => self.ready.push_back(idle),
            Err(error) => {
                tracing::warn!(%error, "no interpreter could be prestarted");
                self.back_off(now);
            }
        }
        None
    }

    /// Removes the newest interpreter, to end it.
    pub(super) fn evict(&mut self) -> Option<Spawned> {
        self.ready.pop_back()
    }

    /// Adjusts to time and to the language's `size`. Returns the interpreters to end, and measures the memory of the rest.
    pub(super) fn adjust(&mut self, size: PoolSize, idle: Duration, now: Instant) -> Vec<Spawned> {
        self.size = self.size_of(size);
        self.demand.decay(idle, now);
        let target = self.size.target(self.demand.level());
        let mut unwanted = std::mem::take(&mut self.outdated);
        while self.ready.len() > target {
            unwanted.extend(self.ready.pop_back());
        }
        if let Some(bytes) = self.ready.back_mut().and_then(|idle| idle.tree.memory_bytes()) {
            self.bytes_each = bytes;
        }
        unwanted
    }

    /// Memory of the interpreters that are idle or starting.
    pub(super) fn memory_bytes(&self) -> u64 {
        (self.ready.len() + self.starting) as u64 * self.bytes_each
    }

    pub(super) fn waiting(&self) -> usize {
        self.ready.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.starting == 0
    }

    pub(super) fn into_idle(self) -> impl Iterator<Item = Spawned> {
        self.ready.into_iter().chain(self.outdated)
    }
}
