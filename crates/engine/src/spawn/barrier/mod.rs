//! What holds an interpreter that was started prestart, until its program is there.
//!
//! On Unix that is a named pipe in the place of the program's file (`fifo`): nothing of ours runs inside the interpreter. Windows has
//! no such file; there a start-up file of the interpreter's own kind waits (`preload`), and takes away every trace of itself
//! before the program is read.

#[cfg(unix)]
mod fifo;
#[cfg(any(windows, test))]
mod preload;
#[cfg(unix)]
mod tamper;

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::Path;

#[cfg(unix)]
use fifo as way;
#[cfg(windows)]
use preload as way;

use crate::language::Prestart;
pub(crate) use way::Barrier;

/// Puts into `folder` what barriers need to be there; nobody changes it as long as what is returned lives, where the system can do that.
pub(crate) fn prepare(folder: &Path) -> io::Result<Vec<File>> {
    way::prepare(folder)
}

/// What an interpreter of kind `prestart` finds in its environment to wait at `barrier`.
pub(crate) fn environment(barrier: &Barrier, prestart: Prestart, folder: &Path) -> Vec<(OsString, OsString)> {
    barrier.environment(prestart, folder)
}
