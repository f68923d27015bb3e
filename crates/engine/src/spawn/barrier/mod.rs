//! Blocks an interpreter that was started without a program until the program is there.
//!
//! On Unix the barrier is a named pipe in place of the program's file (`fifo`), without any code of ours in the interpreter.
//! Windows has no such file; a start-up file of the interpreter blocks there (`preload`), and removes every trace of itself
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

/// Writes the start-up files that barriers need into `folder`. Where the system allows it, nobody can change them while the
/// returned files are open.
pub(crate) fn prepare(folder: &Path) -> io::Result<Vec<File>> {
    way::prepare(folder)
}

/// The environment variables that make an interpreter wait at `barrier`.
pub(crate) fn environment(barrier: &Barrier, prestart: Prestart, folder: &Path) -> Vec<(OsString, OsString)> {
    barrier.environment(prestart, folder)
}
