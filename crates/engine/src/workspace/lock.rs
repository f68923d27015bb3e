//! Lock files in a folder to which programs may have written.
//!
//! What lies at a lock's name may be a link to a file of the user's, a named pipe that nobody reads, or a lock that a program
//! holds: nothing is followed, truncated or waited for without an end.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// How long another engine may take to claim its folder. What holds the lock for longer is no engine.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// Opens the regular file at `path`, never through a link; made if missing when `make` is set.
///
/// # Errors
/// Something else lies there, or nothing.
pub(super) fn open(path: &Path, make: bool) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(make);
    plainly(&mut options);
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(ErrorKind::InvalidInput.into()) }
}

/// Without following a link or waiting for another end.
#[cfg(unix)]
fn plainly(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600).custom_flags(nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK);
}

/// Opens a link itself, which is then seen to be no file.
#[cfg(windows)]
fn plainly(options: &mut OpenOptions) {
    use std::os::windows::fs::OpenOptionsExt;
    options.custom_flags(windows_sys::Win32::Storage::FileSystem::FILE_FLAG_OPEN_REPARSE_POINT);
}

/// Whether somebody holds the lock at `path`.
pub(super) fn is_held(path: &Path) -> bool {
    open(path, false).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Locks `file` once it is free; false when it does not become free.
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
