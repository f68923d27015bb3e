//! Files compressed and hashed.

use std::fs;
use std::io;
use std::path::Path;

use runtray_python::about::Packed;
use runtray_python::compression::{self, Filter};
use sha2::{Digest as _, Sha256};

/// SHA-256 in hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// Writes `bytes` compressed as `file` in `folder`.
pub(crate) fn write(bytes: &[u8], filter: Filter, folder: &Path, file: &str) -> io::Result<Packed> {
    let compressed = compression::compress(bytes, filter)?;
    eprintln!("{file}: {} bytes, {} compressed", bytes.len(), compressed.len());
    fs::write(folder.join(file), compressed)?;
    Ok(Packed { file: file.to_owned(), sha256: hash(bytes), size: bytes.len() as u64 })
}
