//! The answers to probes, kept while the probed file is unchanged.
//!
//! All clones of a [`Machine`](super::Machine) share one cache, so that two searches probe an interpreter once. An answer is kept
//! only if it names the probed program: a shim or a wrapper can start another interpreter although its own file is unchanged.
//! Failures are not kept.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::answer::Answer;
use super::unpacked::Unpacked;
use super::watched::Watched;
use crate::fingerprint::FileState;

/// The arguments of a probe.
type Args = &'static [&'static str];

/// The probe's arguments, the program, and the science pack that it was started with.
type Key = (Args, PathBuf, Option<PathBuf>);

/// The answers.
#[derive(Default)]
pub(super) struct ProbeCache(Mutex<HashMap<Key, Arc<Entry>>>);

/// The entry of one program, empty without an answer. It is locked during a probe, so that concurrent searches wait for its
/// answer.
pub(super) type Entry = tokio::sync::Mutex<Option<Kept>>;

/// An answer, with the state of the program's file before the probe.
pub(super) struct Kept {
    answer: Answer,
    state: FileState,
    /// Other files that the answer depends on.
    watched: Watched,
    unpacked: Option<Unpacked>,
}

impl ProbeCache {
    /// The entry for the answer of `program` to `args`, with the science pack in the folder `science`.
    pub(super) fn entry(&self, args: Args, program: &Path, science: Option<&Path>) -> Arc<Entry> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.entry((args, program.to_owned(), science.map(Path::to_owned))).or_default().clone()
    }

    /// Forgets the answer of `program` to `args`, so that the next search probes it.
    pub(super) async fn forget(&self, args: Args, program: &Path, science: Option<&Path>) {
        *self.entry(args, program, science).lock().await = None;
    }
}

impl Kept {
    /// The answer of `program`, which says that it is `executable`; `None` if it may not be kept.
    pub(super) fn new(answer: Answer, state: Option<FileState>, program: &Path, executable: &Path) -> Option<Self> {
        let names_itself = program.canonicalize().ok()? == executable.canonicalize().ok()?;
        state.filter(|_| names_itself).map(|state| Self { answer, state, watched: Watched::default(), unpacked: None })
    }

    /// This one if it depends on `watched` too.
    pub(super) fn with(self, watched: Watched) -> Self {
        Self { watched, ..self }
    }

    /// The answer with what it depends on, if all of that is as it was.
    pub(super) fn report(&self, state: Option<FileState>) -> Option<(&Answer, &Watched)> {
        self.answer(state).filter(|_| self.watched.is_current()).map(|answer| (answer, &self.watched))
    }

    /// This one, as long as the program's `unpacked` files are there.
    pub(super) fn with_files(self, unpacked: Option<Unpacked>) -> Self {
        Self { unpacked, ..self }
    }

    /// The answer, if the program's file is still in `state`, and what it has unpacked is still there.
    pub(super) fn answer(&self, state: Option<FileState>) -> Option<&Answer> {
        let is_current = state == Some(self.state) && self.unpacked.as_ref().is_none_or(Unpacked::is_current);
        is_current.then_some(&self.answer)
    }
}
