//! The size of a folder where every path can be opened (Windows).

use std::fs;
use std::path::Path;

use super::least::LEAST_BYTES;

/// Bytes below `folder`, without following links; stops counting above `enough`.
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
