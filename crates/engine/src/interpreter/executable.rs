//! Tells programs from other files by their metadata.

use std::path::Path;

/// Whether a file is executable, by its metadata.
pub(crate) fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.is_file() && has_execute_bit(&metadata))
}

#[cfg(unix)]
pub(super) fn has_execute_bit(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
pub(super) fn has_execute_bit(_metadata: &std::fs::Metadata) -> bool {
    true
}
