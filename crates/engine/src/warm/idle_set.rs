//! The interpreters of one language that wait.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::demand::Demand;
use super::fingerprint::Fingerprint;
use super::pool_size::PoolSize;
use super::snapshot::Snapshot;
use tokio::sync::OnceCell;

use crate::error::Error;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::spawn::Spawned;

/// What an interpreter is taken to weigh before that was seen, in bytes.
const ASSUMED_BYTES: u64 = 32 << 20;
/// How long none is started after one was of no use.
const BACKOFF: Duration = Duration::from_secs(60);

/// What interpreters that can stand in for one another have in common.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) runtime: Runtime,
    pub(super) limits: Limits,
    /// Whether their standard streams are a terminal.
    pub(super) terminal: bool,
    /// The state of the interpreter's file.
    program: Fingerprint,
    /// Known before the first of them is started.
    snapshot: OnceCell<Snapshot>,
}

/// One language's interpreters of one sort: with a terminal or without, for all of TypeScript or for what is only typed.
pub(super) struct IdleSet {
    kind: Arc<Kind>,
    size: PoolSize,
    demand: Demand,
    ready: VecDeque<Spawned>,
    /// Those that no longer fit what is asked for.
    outdated: Vec<Spawned>,
    starting: usize,
    bytes_each: u64,
    /// None is started until then.
    backoff_until: Option<Instant>,
}

impl Kind {
    fn new(runtime: &Runtime, limits: &Limits, terminal: bool) -> Arc<Self> {
        let (runtime, limits) = (runtime.clone(), limits.clone());
        let program = Fingerprint::of(std::slice::from_ref(&runtime.path));
        Arc::new(Self { runtime, limits, terminal, program, snapshot: OnceCell::new() })
    }

    /// Sees what an interpreter of this kind reads at its start; one may be started afterwards.
    pub(super) async fn take_snapshot(&self) -> io::Result<()> {
        self.snapshot.get_or_try_init(|| Snapshot::take(&self.runtime)).await.map(drop)
    }

    /// Whether interpreters that wait are as one that would be started now.
    pub(super) fn is_current(&self) -> bool {
        let program = Fingerprint::of(std::slice::from_ref(&self.runtime.path));
        program == self.program && self.snapshot.get().is_none_or(Snapshot::is_current)
    }

    fn fits(&self, runtime: &Runtime, limits: &Limits) -> bool {
        self.runtime == *runtime && self.limits == *limits
    }
}

impl IdleSet {
    pub(super) fn new(runtime: &Runtime, limits: &Limits, terminal: bool, now: Instant) -> Self {
        Self {
            kind: Kind::new(runtime, limits, terminal),
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

    pub(super) fn is_of(&self, runtime: &Runtime, terminal: bool) -> bool {
        let mine = &self.kind.runtime;
        (&mine.language, mine.transforms, self.kind.terminal) == (&runtime.language, runtime.transforms, terminal)
    }

    /// How many wait when `size` is the language's.
    fn size_of(&self, size: PoolSize) -> PoolSize {
        if self.kind.terminal || self.kind.runtime.transforms { size.on_demand() } else { size }
    }

    /// Is for `runtime` and `limits` from now on.
    pub(super) fn serve(&mut self, runtime: &Runtime, limits: &Limits, size: PoolSize) {
        self.size = self.size_of(size);
        if !self.kind.fits(runtime, limits) {
            self.renew(runtime, limits);
        }
    }

    /// What its interpreters have in common.
    pub(super) fn kind(&self) -> &Arc<Kind> {
        &self.kind
    }

    /// Those of `kind` are no longer as one that would be started now.
    pub(super) fn outdate(&mut self, kind: &Arc<Kind>) {
        if Arc::ptr_eq(kind, &self.kind) {
            self.renew(&kind.runtime, &kind.limits);
        }
    }

    fn renew(&mut self, runtime: &Runtime, limits: &Limits) {
        self.kind = Kind::new(runtime, limits, self.kind.terminal);
        self.outdated.extend(self.ready.drain(..));
        self.starting = 0;
        self.backoff_until = None;
    }

    /// The one that waits longest, and those that must end.
    pub(super) fn pick(&mut self, now: Instant) -> (Option<Spawned>, Vec<Spawned>) {
        let found = self.ready.pop_front();
        self.demand.asked(found.is_some(), self.size.most(), now);
        (found, std::mem::take(&mut self.outdated))
    }

    /// An interpreter that waited was of no use: for a while none waits.
    pub(super) fn back_off(&mut self, now: Instant) {
        self.backoff_until = Some(now + BACKOFF);
        self.outdated.extend(self.ready.drain(..));
    }

    /// What should be started within `room` bytes.
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

    /// Takes in what was started as `kind`; gives back what is not wanted.
    pub(super) fn started(
        &mut self,
        kind: &Arc<Kind>,
        started: Result<Spawned, Error>,
        now: Instant,
    ) -> Option<Spawned> {
        if !Arc::ptr_eq(kind, &self.kind) {
            return started.ok();
        }
        self.starting = self.starting.saturating_sub(1);
        match started {
            Ok(idle) if self.ready.len() >= self.size.target(self.demand.level()) => return Some(idle),
            Ok(idle) => self.ready.push_back(idle),
            Err(error) => {
                tracing::warn!(%error, "no interpreter could be started prestart");
                self.back_off(now);
            }
        }
        None
    }

    /// The one that has waited shortest, to end it.
    pub(super) fn evict(&mut self) -> Option<Spawned> {
        self.ready.pop_back()
    }

    /// Those that are no longer wanted when `size` is the language's. Learns what the others weigh.
    pub(super) fn settle(&mut self, size: PoolSize, idle: Duration, now: Instant) -> Vec<Spawned> {
        self.size = self.size_of(size);
        self.demand.settle(idle, now);
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

    /// What those that wait, or will, weigh together.
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
