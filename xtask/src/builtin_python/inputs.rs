//! A hash of the inputs of a build, under which its result is kept.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::context::Context;

/// The hash of these sources of the package, files or folders, and of `more`.
///
/// # Errors
/// A file cannot be read.
pub(super) fn hash(context: &Context, sources: &[&str], more: &[String]) -> Result<String> {
    let mut files = Vec::new();
    for source in sources {
        list(&context.root.join("crates/builtin-python").join(source), &mut files)?;
    }
    files.sort();
    let mut contents: Vec<_> = more.iter().map(|text| text.clone().into_bytes()).collect();
    for file in files {
        contents.push(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    Ok(of_pieces(contents.iter().map(Vec::as_slice)))
}

/// The files below a folder, or the file itself.
///
/// # Errors
/// A folder cannot be listed.
pub(crate) fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))? {
        let entry = entry?.path();
        if !entry.ends_with("__pycache__") {
            list(&entry, files)?;
        }
    }
    Ok(())
}

/// Copies a file or folder with everything in it.
///
/// # Errors
/// A file cannot be read or written.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut files = Vec::new();
    list(from, &mut files)?;
    for file in files {
        let place = to.join(file.strip_prefix(from).context("a listed file is below its folder")?);
        fs::create_dir_all(place.parent().unwrap_or(to)).context("cannot make a folder")?;
        fs::copy(&file, &place).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(())
}

/// The first 64 bits of the pieces' hash, in hexadecimal.
pub(crate) fn of_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for piece in pieces {
        // Hash the length too, so that different lists of pieces never concatenate to the same input.
        hash.update(piece.len().to_le_bytes());
        hash.update(piece);
    }
    format!("{:x}", hash.finalize())[..16].to_owned()
}
