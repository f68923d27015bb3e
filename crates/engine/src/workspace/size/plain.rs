//! The size of a folder where paths have no limit that a program could get below, and no folder is closed to its owner.

use std::fs;
use std::path::Path;

use super::least::LEAST_BYTES;

/// Bytes below `folder`, links not followed; stops counting above `enough`.
pub(crate) fn size(folder: &Path, enough: u64) -> u64 {
    let mut total = 0;
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() {
                open.push(entry.path());
            }
            total += metadata.len().max(LEAST_BYTES);
            if total > enough {
                return total;
            }
        }
    }
    total
}
