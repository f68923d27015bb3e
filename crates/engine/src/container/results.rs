//! The results of a run, out of the archive of its container.
//!
//! Nothing is unpacked: the archive lies in the run's folder, and the contents of regular files are read from it. So links,
//! devices and names have no effect on this machine, whatever the program or the daemon wrote.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::time::Duration;

use bollard::query_parameters::DownloadFromContainerOptionsBuilder;
use futures_util::StreamExt;
use tar::{Archive, EntryType, PaxExtensions};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::daemon::{Daemon, failed};
use super::spec::WORK;
use crate::job::Job;
use crate::limits::Limits;
use crate::outcome::OutputFile;

/// How long the archive may take.
const DOWNLOAD: Duration = Duration::from_secs(30);
/// The most bytes of an archive besides the files: their names and the ends of their blocks.
const FRAMES: u64 = 64 << 20;
/// The most entries that are looked at, as in a folder of this machine.
const MOST_ENTRIES: usize = 50_000;
/// The longest name or list of properties; Linux has paths of 4096 bytes.
const LONGEST_NAME: u64 = 64 << 10;
/// Bytes of a file that are compared at once.
const PIECE: usize = 64 << 10;
/// All contents together may take this many times `Limits::result_file_bytes`.
const CONTENTS_FACTOR: u64 = 10;

/// Writes the archive of the working folder of the container `name` to `file`, as far as it fits and arrives in time.
pub(super) async fn download(daemon: &Daemon, name: &str, limits: &Limits, file: &Path) -> io::Result<()> {
    let most = limits.folder_bytes.saturating_add(FRAMES);
    let options = DownloadFromContainerOptionsBuilder::default().path(WORK).build();
    let mut pieces = std::pin::pin!(daemon.docker.download_from_container(name, Some(options)));
    let mut file = tokio::fs::File::create_new(file).await?;
    let mut written = 0;
    let copy = async {
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(failed)?;
            written += piece.len() as u64;
            if written > most {
                return Err(io::Error::other("it is larger than the limit of the run's folder"));
            }
            file.write_all(&piece).await?;
        }
        Ok(())
    };
    let copied = timeout(DOWNLOAD, copy).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    // The part that has arrived is read nevertheless.
    file.flush().await?;
    copied
}

/// The files in the archive at `path` that differ from the files of `job`, sorted by path.
pub(super) fn read(path: &Path, job: &Job) -> Vec<OutputFile> {
    let Ok(file) = File::open(path) else { return Vec::new() };
    let mut found = Found::new(job);
    if let Err(error) = found.read(BufReader::new(file)) {
        tracing::warn!(%error, "the archive of a container's files is broken; some files are left out");
    }
    found.files.into_values().collect()
}

/// The changed files so far.
struct Found<'a> {
    given: HashMap<String, &'a [u8]>,
    most_files: usize,
    most_bytes: u64,
    /// Bytes of content that may still be taken.
    room: u64,
    files: BTreeMap<String, OutputFile>,
}

impl<'a> Found<'a> {
    fn new(job: &'a Job) -> Self {
        let (request, limits) = (job.request(), job.limits());
        let files = request.files().iter().map(|file| (file.path.to_string(), file.content.as_slice()));
        Self {
            given: files.chain([(job.runtime().entry(), request.source())]).collect(),
            most_files: limits.result_files,
            most_bytes: limits.result_file_bytes,
            room: limits.result_file_bytes.saturating_mul(CONTENTS_FACTOR),
            files: BTreeMap::new(),
        }
    }

    /// Reads entries until the archive ends or is broken.
    fn read(&mut self, archive: impl Read) -> io::Result<()> {
        let mut archive = Archive::new(archive);
        let mut long_name = None;
        // Raw: the crate would read names of any length into memory.
        for entry in archive.entries()?.raw(true).take(MOST_ENTRIES) {
            let mut entry = entry?;
            match entry.header().entry_type() {
                EntryType::GNULongName => long_name = Some(gnu_name(&mut entry)?),
                EntryType::XHeader => long_name = pax_name(&mut entry)?.or(long_name),
                EntryType::Regular | EntryType::Continuous => {
                    let name = long_name.take().unwrap_or_else(|| entry.path_bytes().into_owned());
                    let size = entry.header().entry_size()?;
                    if let Some(path) = inside(&name) {
                        self.take(path, size, &mut entry)?;
                    }
                }
                // Folders, links, devices and everything else.
                _ => long_name = None,
            }
        }
        Ok(())
    }

    fn take(&mut self, path: String, size: u64, content: &mut impl Read) -> io::Result<()> {
        let given = self.given.get(path.as_str()).copied().filter(|given| given.len() as u64 == size);
        // A file within the limits is kept with its content; a larger one is only compared and listed.
        let content = if size <= self.most_bytes && size <= self.room {
            let mut bytes = Vec::new();
            content.take(size).read_to_end(&mut bytes)?;
            if bytes.len() as u64 != size {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if given == Some(bytes.as_slice()) {
                return Ok(());
            }
            Some(bytes)
        } else {
            if let Some(given) = given
                && equals(content, given)?
            {
                return Ok(());
            }
            None
        };
        self.room -= bytes_of(content.as_deref());
        let replaced = self.files.insert(path.clone(), OutputFile { path, size_bytes: size, content });
        // The list keeps the first paths; a file that leaves it returns its bytes to `room`.
        let surplus =
            if self.files.len() > self.most_files { self.files.pop_last().map(|(_, file)| file) } else { None };
        let freed = [replaced, surplus].into_iter().flatten();
        self.room += freed.map(|file| bytes_of(file.content.as_deref())).sum::<u64>();
        Ok(())
    }
}

fn bytes_of(content: Option<&[u8]>) -> u64 {
    content.map_or(0, |content| content.len() as u64)
}

/// Whether `content` begins with `given`.
fn equals(content: &mut impl Read, mut given: &[u8]) -> io::Result<bool> {
    let mut piece = vec![0; PIECE.min(given.len())];
    while !given.is_empty() {
        let count = piece.len().min(given.len());
        content.read_exact(&mut piece[..count])?;
        let (expected, rest) = given.split_at(count);
        if piece[..count] != *expected {
            return Ok(false);
        }
        given = rest;
    }
    Ok(true)
}

/// The path below the working folder, with which every name of the archive begins. `None` for other names, for Python's
/// `__pycache__`, and for names with `..`.
fn inside(name: &[u8]) -> Option<String> {
    let name = String::from_utf8_lossy(name).into_owned();
    let parts: Vec<&str> = name.split('/').filter(|part| *part != ".").collect();
    let (first, rest) = parts.split_first()?;
    let is_plain = |part: &&str| !matches!(*part, "" | ".." | "__pycache__") && !part.contains('\0');
    let is_inside = *first == WORK.trim_start_matches('/') && !rest.is_empty();
    (is_inside && rest.iter().all(is_plain)).then(|| rest.join("/"))
}

fn short(entry: &mut impl Read, size: u64) -> io::Result<Vec<u8>> {
    if size > LONGEST_NAME {
        return Err(io::Error::other("a name is too long"));
    }
    let mut bytes = Vec::new();
    entry.take(size).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The name of the next entry, as GNU tar writes long ones.
fn gnu_name(entry: &mut tar::Entry<'_, impl Read>) -> io::Result<Vec<u8>> {
    let size = entry.header().entry_size()?;
    let mut name = short(entry, size)?;
    name.truncate(name.iter().position(|byte| *byte == 0).unwrap_or(name.len()));
    Ok(name)
}

/// The name of the next entry, as POSIX writes it, if it is among its properties.
fn pax_name(entry: &mut tar::Entry<'_, impl Read>) -> io::Result<Option<Vec<u8>>> {
    let size = entry.header().entry_size()?;
    let properties = short(entry, size)?;
    let mut name = None;
    for property in PaxExtensions::new(&properties) {
        let property = property?;
        match property.key() {
            Ok("path") => name = Some(property.value_bytes().to_vec()),
            // More than 8 GiB: the header has another size, so the next entry cannot be found.
            Ok("size") => return Err(io::Error::other("a file is too large")),
            _ => {}
        }
    }
    Ok(name)
}

#[cfg(test)]
pub(super) mod tests;
