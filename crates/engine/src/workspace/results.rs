//! The result files of a run.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

#[cfg(unix)]
use nix::libc;

use crate::limits::Limits;
use crate::outcome::OutputFile;
use crate::request::Request;

/// The most entries that are listed: enough for ten thousand small files, too few for a million.
const MOST_ENTRIES: usize = 50_000;
/// Bytes of a file that are compared at once.
const PIECE: usize = 64 << 10;
/// All contents together may take this many times `Limits::result_file_bytes`.
const CONTENTS_FACTOR: u64 = 10;

/// The files of the request, by path.
pub(super) fn given<'a>(request: &'a Request, entry: &str) -> HashMap<String, &'a [u8]> {
    let files = request.files().iter().map(|file| (file.path.to_string(), file.content.as_slice()));
    files.chain([(entry.to_owned(), request.source())]).collect()
}

/// The regular files below `folder` that differ from the `given` ones, sorted by path. Links, pipes, sockets and devices are
/// neither followed nor read; Python's `__pycache__` is left out.
pub(super) fn collect(folder: &Path, given: &HashMap<String, &[u8]>, limits: &Limits) -> Vec<OutputFile> {
    let mut found = regular_files(folder);
    found.retain(|(name, path, size)| !is_unchanged(path, *size, given.get(name.as_str()).copied()));
    found.sort();
    found.truncate(limits.result_files);
    let mut room = limits.result_file_bytes.saturating_mul(CONTENTS_FACTOR);
    found.into_iter().map(|file| read(file, limits.result_file_bytes, &mut room)).collect()
}

fn read((name, path, size): (String, PathBuf, u64), most: u64, room: &mut u64) -> OutputFile {
    let fits = size <= most && size <= *room;
    let content = if fits { read_file(&path, size).ok() } else { None };
    *room -= content.as_ref().map_or(0, |content| (content.len() as u64).min(*room));
    OutputFile { path: name, size_bytes: size, content }
}

/// Whether the file at `path`, of `size` bytes, has the given content.
pub(super) fn is_unchanged(path: &Path, size: u64, given: Option<&[u8]>) -> bool {
    given.is_some_and(|given| given.len() as u64 == size && holds(path, given).unwrap_or(false))
}

/// Whether the regular file at `path` begins with `given`. It is compared in pieces: it may be large.
fn holds(path: &Path, mut given: &[u8]) -> io::Result<bool> {
    let mut file = open(path)?;
    let mut piece = vec![0; PIECE.min(given.len())];
    while !given.is_empty() {
        let count = piece.len().min(given.len());
        file.read_exact(&mut piece[..count])?;
        let (expected, rest) = given.split_at(count);
        if piece[..count] != *expected {
            return Ok(false);
        }
        given = rest;
    }
    Ok(true)
}

/// Reads at most `size` bytes of a regular file.
fn read_file(path: &Path, size: u64) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open(path)?.take(size).read_to_end(&mut content)?;
    Ok(content)
}

/// Opens a regular file. It neither follows a link nor blocks, whatever replaced the file.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = options.read(true).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(file)
}

fn regular_files(folder: &Path) -> Vec<(String, PathBuf, u64)> {
    let mut files = Vec::new();
    let mut open = vec![(String::new(), folder.to_path_buf())];
    let mut left = MOST_ENTRIES;
    while let Some((prefix, folder)) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if left == 0 {
                return files;
            }
            // Bounds the walk: a program may have made millions of entries.
            left -= 1;
            let name = entry.file_name().to_string_lossy().into_owned();
            // Does not follow links, so the result never leaves the folder.
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_dir() && name != "__pycache__" {
                open.push((format!("{prefix}{name}/"), entry.path()));
            } else if metadata.is_file() {
                files.push((format!("{prefix}{name}"), entry.path(), metadata.len()));
            }
        }
    }
    files
}
