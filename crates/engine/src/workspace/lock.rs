//! Lock files in a folder that programs can write to.
//!
//! A program may have put something else at the lock's path: a link to a user's file, a pipe without a reader, a lock it holds.
//! So links are not followed, files are not truncated, and every wait has an end.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long another engine may hold the lock. A longer holder is no engine.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// Opens the regular file at `path`, not following a link; created if missing and `make` is set.
///
/// # Errors
/// The file is missing, or is not a regular file.
pub(super) fn open(path: &Path, make: bool) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(make);
    plainly(&mut options);
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(ErrorKind::InvalidInput.into()) }
}

/// Neither follows a link nor blocks on a pipe.
#[cfg(unix)]
fn plainly(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600).custom_flags(nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK);
}

/// Opens a link itself, which then turns out to be no file.
#[cfg(windows)]
fn plainly(options: &mut OpenOptions) {
    use std::os::windows::fs::OpenOptionsExt;
    options.custom_flags(windows_sys::Win32::Storage::FileSystem::FILE_FLAG_OPEN_REPARSE_POINT);
}

/// Whether the lock at `path` is held.
pub(super) fn is_held(path: &Path) -> bool {
    open(path, false).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Locks `file`, waiting until it is free; false if that takes too long.
pub(super) fn wait_for(file: &File) -> io::Result<bool> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => return Ok(false),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
}
