//! One engine's claim to a folder, and what nobody claims any more.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use ulid::{ULID_LEN, Ulid};

use crate::private;

const LOCK: &str = "lock";
const STALE: &str = "stale";

/// A folder that is ours as long as this lives: `<id>` with the locked file `<id>.lock` beside it.
pub(super) struct Claim {
    folder: PathBuf,
    lock: PathBuf,
    _held: File,
}

impl Claim {
    /// Claims a new folder below `base` and returns the folders there that no living engine owns, already renamed so that
    /// nobody else takes them up.
    pub(super) fn take(base: &Path) -> io::Result<(Self, Vec<PathBuf>)> {
        let gate = File::create(base.join("gate"))?;
        gate.lock()?;
        let stale = set_aside(base)?;
        let folder = base.join(short_name());
        let lock = folder.with_extension(LOCK);
        let held = File::create_new(&lock)?;
        held.lock()?;
        private::folder(&folder)?;
        Ok((Self { folder, lock, _held: held }, stale))
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let removed = super::cleaner::remove(&self.folder).and_then(|()| fs::remove_file(&self.lock));
        if let Err(error) = removed {
            tracing::warn!(%error, folder = %self.folder.display(), "could not delete the runs' folder; the next start will");
        }
    }
}

/// Eight characters that nobody else has, nor guesses: programs put sockets below, whose paths may have 107 bytes in all.
pub(super) fn short_name() -> String {
    Ulid::generate().to_string().split_off(ULID_LEN - 8)
}

/// Renames every folder without a living owner to `<id>.stale`. The caller holds the gate.
fn set_aside(base: &Path) -> io::Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for entry in fs::read_dir(base)?.flatten() {
        let path = entry.path();
        if !entry.file_type()?.is_dir() {
            continue;
        }
        if path.extension().is_some_and(|extension| extension == STALE) {
            stale.push(path);
        } else if !is_owned(&path.with_extension(LOCK)) {
            let aside = path.with_extension(STALE);
            fs::rename(&path, &aside)?;
            fs::remove_file(path.with_extension(LOCK)).or_else(absent_is_fine)?;
            stale.push(aside);
        }
    }
    Ok(stale)
}

fn is_owned(lock: &Path) -> bool {
    File::open(lock).is_ok_and(|file| file.try_lock().is_err())
}

fn absent_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
