//! The interpreters of one language that wait.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::demand::Demand;
use super::fingerprint::Stamp;
use super::pool_size::Spares;
use super::snapshot::Watched;
use tokio::sync::OnceCell;

use crate::error::Error;
use crate::language::Runtime;
use crate::limits::Limits;
use crate::spawn::Started;

/// What an interpreter is taken to weigh before that was seen, in bytes.
const ASSUMED_BYTES: u64 = 32 << 20;
/// How long none is started after one was of no use.
const REST: Duration = Duration::from_secs(60);

/// What interpreters that can stand in for one another have in common.
#[derive(Debug)]
pub(super) struct Kind {
    pub(super) runtime: Runtime,
    pub(super) limits: Limits,
    /// Whether their standard streams are a terminal.
    pub(super) terminal: bool,
    /// The state of the interpreter's file.
    program: Stamp,
    /// Known before the first of them is started.
    watched: OnceCell<Watched>,
}

/// One language's interpreters of one sort: with a terminal or without, for all of TypeScript or for what is only typed.
pub(super) struct Shelf {
    kind: Arc<Kind>,
    size: Spares,
    demand: Demand,
    ready: VecDeque<Started>,
    /// Those that no longer fit what is asked for.
    outdated: Vec<Started>,
    on_the_way: usize,
    each_bytes: u64,
    /// None is started until then.
    rests: Option<Instant>,
}

impl Kind {
    fn new(runtime: &Runtime, limits: &Limits, terminal: bool) -> Arc<Self> {
        let (runtime, limits) = (runtime.clone(), limits.clone());
        let program = Stamp::of(std::slice::from_ref(&runtime.path));
        Arc::new(Self { runtime, limits, terminal, program, watched: OnceCell::new() })
    }

    /// Sees what an interpreter of this kind reads at its start; one may be started afterwards.
    pub(super) async fn watch(&self) -> io::Result<()> {
        self.watched.get_or_try_init(|| Watched::of(&self.runtime)).await.map(drop)
    }

    /// Whether interpreters that wait are as one that would be started now.
    pub(super) fn is_current(&self) -> bool {
        let program = Stamp::of(std::slice::from_ref(&self.runtime.path));
        program == self.program && self.watched.get().is_none_or(Watched::holds)
    }

    fn fits(&self, runtime: &Runtime, limits: &Limits) -> bool {
        self.runtime == *runtime && self.limits == *limits
    }
}

impl Shelf {
    pub(super) fn new(runtime: &Runtime, limits: &Limits, terminal: bool, now: Instant) -> Self {
        Self {
            kind: Kind::new(runtime, limits, terminal),
            size: Spares::default(),
            demand: Demand::none(now),
            ready: VecDeque::new(),
            outdated: Vec::new(),
            on_the_way: 0,
            each_bytes: ASSUMED_BYTES,
            rests: None,
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
    fn size_of(&self, size: Spares) -> Spares {
        if self.kind.terminal || self.kind.runtime.transforms { size.on_demand() } else { size }
    }

    /// Is for `runtime` and `limits` from now on.
    pub(super) fn serve(&mut self, runtime: &Runtime, limits: &Limits, size: Spares) {
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
        self.on_the_way = 0;
        self.rests = None;
    }

    /// The one that waits longest, and those that must end.
    pub(super) fn pick(&mut self, now: Instant) -> (Option<Started>, Vec<Started>) {
        let found = self.ready.pop_front();
        self.demand.asked(found.is_some(), self.size.most(), now);
        (found, std::mem::take(&mut self.outdated))
    }

    /// An interpreter that waited was of no use: for a while none waits.
    pub(super) fn rest(&mut self, now: Instant) {
        self.rests = Some(now + REST);
        self.outdated.extend(self.ready.drain(..));
    }

    /// What should be started within `room` bytes.
    pub(super) fn order(&mut self, room: &mut u64, now: Instant) -> Vec<Arc<Kind>> {
        if self.rests.is_some_and(|end| now < end) {
            return Vec::new();
        }
        let target = self.size.target(self.demand.level()).min(self.size.most());
        let mut ordered = Vec::new();
        while self.ready.len() + self.on_the_way < target && *room >= self.each_bytes {
            *room -= self.each_bytes;
            self.on_the_way += 1;
            ordered.push(self.kind.clone());
        }
        ordered
    }

    /// Takes in what was started as `kind`; gives back what is not wanted.
    pub(super) fn stocked(
        &mut self,
        kind: &Arc<Kind>,
        started: Result<Started, Error>,
        now: Instant,
    ) -> Option<Started> {
        if !Arc::ptr_eq(kind, &self.kind) {
            return started.ok();
        }
        self.on_the_way = self.on_the_way.saturating_sub(1);
        match started {
            Ok(spare) if self.ready.len() >= self.size.target(self.demand.level()) => return Some(spare),
            Ok(spare) => self.ready.push_back(spare),
            Err(error) => {
                tracing::warn!(%error, "no interpreter could be started ahead");
                self.rest(now);
            }
        }
        None
    }

    /// The one that has waited shortest, to end it.
    pub(super) fn give_up(&mut self) -> Option<Started> {
        self.ready.pop_back()
    }

    /// Those that are no longer wanted when `size` is the language's. Learns what the others weigh.
    pub(super) fn settle(&mut self, size: Spares, idle: Duration, now: Instant) -> Vec<Started> {
        self.size = self.size_of(size);
        self.demand.settle(idle, now);
        let target = self.size.target(self.demand.level());
        let mut unwanted = std::mem::take(&mut self.outdated);
        while self.ready.len() > target {
            unwanted.extend(self.ready.pop_back());
        }
        if let Some(bytes) = self.ready.back_mut().and_then(|spare| spare.tree.memory_bytes()) {
            self.each_bytes = bytes;
        }
        unwanted
    }

    /// What those that wait, or will, weigh together.
    pub(super) fn memory_bytes(&self) -> u64 {
        (self.ready.len() + self.on_the_way) as u64 * self.each_bytes
    }

    pub(super) fn waiting(&self) -> usize {
        self.ready.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.on_the_way == 0
    }

    pub(super) fn into_spares(self) -> impl Iterator<Item = Started> {
        self.ready.into_iter().chain(self.outdated)
    }
}
