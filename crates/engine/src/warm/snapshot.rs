//! The start-up files of an interpreter, recorded before the first one was started.
//!
//! An idle interpreter has already read its start-up files, so it may miss a package that was installed, removed or linked
//! since. The files are therefore compared at each hand-over, which reads a few dozen directory entries.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::fingerprint::Fingerprint;
use crate::interpreter::start_files;
use crate::language::{Prestart, Runtime};

/// How often the files are listed while something changes them.
const ATTEMPTS: usize = 5;
/// Files unchanged for this long did not change while they were listed.
const SETTLED: Duration = Duration::from_secs(2);

/// The files and folders that an interpreter reads at its start, with their state.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    paths: Vec<PathBuf>,
    fingerprint: Fingerprint,
}

impl Snapshot {
    /// Of the interpreter that runs `runtime`, to be taken before it is started: later changes are noticed.
    ///
    /// # Errors
    /// The interpreter does not list its files, or they keep changing.
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
        Err(io::Error::other("its start-up files keep changing"))
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
        Some(Prestart::Python) => start_files(&runtime.path, &runtime.open)
            .await
            .map_err(|reason| unknown(&runtime.path, &reason.to_string()))?,
        // Node.js looks for modules when they are required, and the built-in Python's never change: with other packages it is
        // another runtime.
        Some(Prestart::Node | Prestart::BuiltIn) | None => Vec::new(),
    };
    paths.push(runtime.path.clone());
    Ok(paths)
}

fn unknown(program: &Path, reason: &str) -> io::Error {
    io::Error::other(format!("{} {reason}", program.display()))
}
