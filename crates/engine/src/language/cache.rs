//! Caches the interpreter of a language: searched once, and again when its file has changed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::program::Program;
use super::unavailable::Unavailable;
use crate::fingerprint::FileState;

/// How long a failure is cached. A newly installed interpreter is found soon, and a client that retries does not start a search
/// each time.
const FAILURE_STANDS: Duration = Duration::from_secs(3);

/// A cached interpreter.
#[derive(Default)]
pub(super) struct ProgramCache {
    known: Mutex<Option<Known>>,
    /// Held by the one call that searches; concurrent calls wait for its result.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
enum Known {
    Found(Arc<Program>, Option<FileState>),
    Missing(Unavailable, Instant),
}

impl ProgramCache {
    /// The cached program if its file, its packages and its unpacked files are unchanged, else the result of `look`. A hit costs
    /// a look at the metadata of up to three files.
    ///
    /// # Errors
    /// The error of `look`, cached for a while.
    pub(super) async fn get<F>(&self, look: impl FnOnce() -> F) -> Result<Arc<Program>, Unavailable>
    where
        F: Future<Output = Result<Program, Unavailable>>,
    {
        if let Some(known) = self.known() {
            return known;
        }
        let _looking = self.looking.lock().await;
        if let Some(known) = self.known() {
            return known;
        }
        let known = match look().await {
            Ok(program) => Known::Found(Arc::new(program.clone()), FileState::of(&program.path)),
            Err(unavailable) => Known::Missing(unavailable, Instant::now()),
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        known.result()
    }

    /// The program that was found last, if any. Searches nothing.
    pub(super) fn last(&self) -> Option<Arc<Program>> {
        match &*self.known.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(Known::Found(program, _)) => Some(program.clone()),
            _ => None,
        }
    }

    fn known(&self) -> Option<Result<Arc<Program>, Unavailable>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| known.holds(Instant::now())).map(Known::result)
    }
}

impl Known {
    fn holds(&self, now: Instant) -> bool {
        match self {
            Self::Found(program, state) => {
                state.is_some() && *state == FileState::of(&program.path) && program.has_its_files()
            }
            Self::Missing(_, since) => now.duration_since(*since) < FAILURE_STANDS,
        }
    }

    fn result(self) -> Result<Arc<Program>, Unavailable> {
        match self {
            Self::Found(program, _) => Ok(program),
            Self::Missing(unavailable, _) => Err(unavailable),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{FAILURE_STANDS, Known, Unavailable};

    #[test]
    fn a_failure_stands_for_a_while() {
        let since = Instant::now();
        let missing = Known::Missing(Unavailable(crate::text::sentences::NOT_A_FILE.message()), since);
        assert!(missing.holds(since));
        assert!(!missing.holds(since + FAILURE_STANDS));
    }
}
