//! The files that a Python reads at its start.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::interpreter::machine::Machine;
use crate::interpreter::probe::probe;
use crate::text::message::LocalizedMessage;

/// A script that works in every supported version. Prints one line of JSON, after any output of the Python's own start-up files.
const SCRIPT: &str = concat!(include_str!("../prelude.py"), include_str!("start_files.py"));

/// Nobody waits for the answer, and a loaded machine is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Lists every path whose change affects the next start of the Python at `program`. Listed paths may not exist. Nothing is
/// imported from the folders `open`, to which programs may write.
///
/// # Errors
/// The Python does not answer; the error follows its path in a sentence.
pub(crate) async fn start_files(program: &Path, open: &[PathBuf]) -> Result<Vec<PathBuf>, LocalizedMessage> {
    let machine = Machine { patience: PATIENCE, ..Machine::this() };
    let args =
        ["-S", "-B", "-c", SCRIPT].into_iter().map(OsStr::new).chain(open.iter().map(|folder| folder.as_os_str()));
    let answer = probe(&machine, program, &args.collect::<Vec<_>>()).await.map_err(|error| error.message())?;
    let paths = answer.stdout.lines().rev().find_map(|line| serde_json::from_str(line).ok());
    paths.ok_or_else(|| answer.undescribed("Python"))
}
