//! The place of this program.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The path of this program when it was first asked for. An update of the archive moves a running program away, and the system
/// then names the place that it was moved to and deleted from.
pub(crate) fn own_program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    PROGRAM.get_or_init(|| env::current_exe().ok()).as_deref()
}
