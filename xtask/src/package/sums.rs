//! Sizes and SHA-256 of the packages, printed and in `SHA256SUMS`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

/// The file, in the format of sha256sum.
const FILE: &str = "SHA256SUMS";

/// Writes the file for all files in `dist`.
///
/// # Errors
/// A package cannot be read, or the file cannot be written.
pub(super) fn write(dist: &Path) -> Result<()> {
    let mut paths: Vec<_> = fs::read_dir(dist)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.retain(|path| path.is_file() && !path.ends_with(FILE));
    paths.sort();
    let mut lines = String::new();
    for path in paths {
        let size = fs::metadata(&path)?.len();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sum = sha256(&path)?;
        eprintln!("{:>8.2} MB  {sum}  {name}", size as f64 / 1e6);
        lines += &format!("{sum}  {name}\n");
    }
    fs::write(dist.join(FILE), lines).context("cannot write the checksums")
}

/// The SHA-256 of a file in hexadecimal.
///
/// # Errors
/// The file cannot be read.
pub(super) fn sha256(path: &Path) -> Result<String> {
    let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(format!("{:x}", Sha256::digest(content)))
}
