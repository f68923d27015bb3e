//! The files and folders that make a Python what it is when it starts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::interpreter::machine::Machine;
use crate::interpreter::probe::probe;
use crate::text::said::Said;

/// Written for every version that Runtray runs. Prints one line of JSON, after whatever the Python's own start-up files print.
const SCRIPT: &str = include_str!("start_files.py");

/// Nobody waits for the answer, and a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks the Python at `program` for every path whose change makes its next start another one; they need not exist.
///
/// # Errors
/// Why it did not answer, to follow its path in a sentence.
pub(crate) async fn start_files(program: &Path) -> Result<Vec<PathBuf>, Said> {
    let machine = Machine { patience: PATIENCE, ..Machine::this() };
    let answer = probe(&machine, program, &["-B", "-c", SCRIPT]).await.map_err(|error| error.said())?;
    let paths = answer.stdout.lines().rev().find_map(|line| serde_json::from_str(line).ok());
    paths.ok_or_else(|| answer.undescribed("Python"))
}
