//! What an interpreter reads when it starts, as it was before the first one was started.
//!
//! An interpreter that waits has read its start-up files: a package that is installed, removed or linked meanwhile may be unknown to
//! it. So what it reads is compared at each hand-over; that takes a look at a few dozen directory entries.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::fingerprint::Fingerprint;
use crate::interpreter::start_files;
use crate::language::{Prestart, Runtime};

/// How often the files are asked for while something changes them.
const ATTEMPTS: usize = 5;
/// Files that have not changed for so long did not change while they were asked for.
const SETTLED: Duration = Duration::from_secs(2);

/// The files and folders behind an interpreter, and their state when they were first looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    paths: Vec<PathBuf>,
    fingerprint: Fingerprint,
}

impl Snapshot {
    /// Of the interpreter that runs `runtime`. It may be started once this has returned: a change from now on is noticed.
    ///
    /// # Errors
    /// The interpreter does not say what it reads, or that changes all the time.
    pub(super) async fn take(runtime: &Runtime) -> io::Result<Self> {
        let began = SystemTime::now();
        let mut snapshot = Self::at(paths(runtime).await?);
        if snapshot.fingerprint.is_older_than(began - SETTLED) {
            return Ok(snapshot);
        }
        for _ in 1..ATTEMPTS {
            let again = Self::at(paths(runtime).await?);
            if again == snapshot {
                return Ok(again);
            }
            snapshot = again;
        }
        Err(io::Error::other("what it reads at its start changes all the time"))
    }

    /// Whether nothing has changed.
    pub(super) fn is_current(&self) -> bool {
        Fingerprint::of(&self.paths) == self.fingerprint
    }

    fn at(paths: Vec<PathBuf>) -> Self {
        Self { fingerprint: Fingerprint::of(&paths), paths }
    }
}

async fn paths(runtime: &Runtime) -> io::Result<Vec<PathBuf>> {
    let mut paths = match runtime.prestart {
        Some(Prestart::Python) => {
            start_files(&runtime.path).await.map_err(|reason| unknown(&runtime.path, &reason.to_string()))?
        }
        // Node.js looks for modules when they are required.
        Some(Prestart::Node) | None => Vec::new(),
    };
    paths.push(runtime.path.clone());
    Ok(paths)
}

fn unknown(program: &Path, reason: &str) -> io::Error {
    io::Error::other(format!("{} {reason}", program.display()))
}
