//! What is known of one interpreter: looked for once, and again when its file changed.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::program::Program;
use super::unavailable::Unavailable;

/// How long a failure stands before the search is done again, so that an interpreter that was installed meanwhile is seen
/// and a client that tries again and again costs no search each time.
const FAILURE_STANDS: Duration = Duration::from_secs(3);

/// What is known of one interpreter.
#[derive(Default)]
pub(super) struct ProgramCache {
    known: Mutex<Option<Known>>,
    /// Held by the one call that looks; the others wait for what it finds.
    looking: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
enum Known {
    Found(Arc<Program>, Option<Modified>),
    Missing(Unavailable, Instant),
}

/// What changes with a file.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Modified {
    modified: SystemTime,
    bytes: u64,
}

impl ProgramCache {
    /// What is known and still holds, else what `look` finds. Costs one look at the file's entry where something is known.
    ///
    /// # Errors
    /// What `look` said.
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
            Ok(program) => Known::Found(Arc::new(program.clone()), Modified::of(&program.path)),
            Err(unavailable) => Known::Missing(unavailable, Instant::now()),
        };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        known.result()
    }

    fn known(&self) -> Option<Result<Arc<Program>, Unavailable>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        known.filter(|known| known.holds(Instant::now())).map(Known::result)
    }
}

impl Known {
    fn holds(&self, now: Instant) -> bool {
        match self {
            Self::Found(program, modified) => modified.is_some() && *modified == Modified::of(&program.path),
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

impl Modified {
    fn of(path: &Path) -> Option<Self> {
        let metadata = path.metadata().ok()?;
        Some(Self { modified: metadata.modified().ok()?, bytes: metadata.len() })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{FAILURE_STANDS, Known, Unavailable};

    #[test]
    fn a_failure_stands_for_a_while() {
        let since = Instant::now();
        let missing = Known::Missing(Unavailable(crate::text::sentences::NOT_A_FILE.said()), since);
        assert!(missing.holds(since));
        assert!(!missing.holds(since + FAILURE_STANDS));
    }
}
