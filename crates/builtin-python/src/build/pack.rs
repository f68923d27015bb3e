//! Files compressed and hashed.

use std::fs;
use std::io;
use std::path::Path;

use runtray_python::about::Packed;
use sha2::{Digest as _, Sha256};

/// A level that is slow to compress and quick to expand.
const LEVEL: i32 = 19;

/// SHA-256 in hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// Writes `bytes` compressed as `file` in `folder`.
pub(crate) fn write(bytes: &[u8], folder: &Path, file: &str) -> io::Result<Packed> {
    let mut encoder = zstd::bulk::Compressor::new(LEVEL)?;
    encoder.long_distance_matching(true)?;
    encoder.window_log(26)?;
    fs::write(folder.join(file), encoder.compress(bytes)?)?;
    Ok(Packed { file: file.to_owned(), sha256: hash(bytes), size: bytes.len() as u64 })
}
