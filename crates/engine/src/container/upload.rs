//! The files of a run as an archive, on their way into a container.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tar::{Builder, EntryType, Header};

use crate::job::Job;

/// The bytes of a file that are copied at once: a file is in memory once, in its job.
const PIECE: usize = 64 << 10;
/// The size of a block of the format.
const BLOCK: usize = 512;
/// The rights of files and folders: the program's user did not make them, and must be able to change them.
const FILE_MODE: u32 = 0o666;
const FOLDER_MODE: u32 = 0o777;

/// A part of an archive.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Bytes of the format.
    Frame(Bytes),
    /// A piece of the program (`None`) or of the file of that number.
    Piece { file: Option<usize>, from: usize, to: usize },
}

/// The archive with the program of `job` and its files.
///
/// # Errors
/// A path cannot be in an archive.
pub(super) fn archive(job: &Arc<Job>) -> io::Result<impl Stream<Item = Bytes> + Send + use<>> {
    let (parts, job) = (parts(job)?, Arc::clone(job));
    Ok(stream::iter(parts).map(move |part| match part {
        Part::Frame(bytes) => bytes,
        Part::Piece { file, from, to } => Bytes::copy_from_slice(&content(&job, file)[from..to]),
    }))
}

fn content(job: &Job, file: Option<usize>) -> &[u8] {
    match file {
        Some(index) => &job.request().files()[index].content,
        None => job.request().source(),
    }
}

fn parts(job: &Job) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    let mut made = BTreeSet::new();
    for (index, file) in job.request().files().iter().enumerate() {
        let path = file.path.to_string();
        for (end, _) in path.match_indices('/') {
            if made.insert(path[..end].to_owned()) {
                parts.push(Part::Frame(header(&format!("{}/", &path[..end]), EntryType::Directory, FOLDER_MODE, 0)?));
            }
        }
        add(&mut parts, &path, Some(index), file.content.len())?;
    }
    add(&mut parts, &job.runtime().entry(), None, job.request().source().len())?;
    // Two empty blocks end an archive.
    parts.push(Part::Frame(Bytes::from_static(&[0; 2 * BLOCK])));
    Ok(parts)
}

fn add(parts: &mut Vec<Part>, path: &str, file: Option<usize>, size: usize) -> io::Result<()> {
    parts.push(Part::Frame(header(path, EntryType::Regular, FILE_MODE, size)?));
    for from in (0..size).step_by(PIECE) {
        parts.push(Part::Piece { file, from, to: size.min(from + PIECE) });
    }
    let rest = size % BLOCK;
    if rest > 0 {
        parts.push(Part::Frame(Bytes::from(vec![0; BLOCK - rest])));
    }
    Ok(())
}

/// The blocks before the content of an entry.
fn header(path: &str, kind: EntryType, mode: u32, size: usize) -> io::Result<Bytes> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size as u64);
    let mut builder = Builder::new(Vec::new());
    builder.append_data(&mut header, path, io::empty())?;
    Ok(Bytes::from(std::mem::take(builder.get_mut())))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::Arc;
    use std::time::Duration;

    use futures_util::StreamExt;

    use super::archive;
    use crate::container::results::tests::job_with;
    use crate::request::Request;
    use crate::request::SourceFile;
    use crate::request::path::RelativePath;

    #[tokio::test]
    async fn everything_of_a_request_is_in_it_byte_by_byte() {
        let long = format!("{}/{}.bin", "d".repeat(120), "f".repeat(120));
        let given = [("a.txt".to_owned(), 3), ("b/c/d.bin".to_owned(), 200_000), (long, 512), ("b/e".to_owned(), 0)];
        let content = |size: usize| (0..size).map(|at| (at % 251) as u8).collect::<Vec<u8>>();
        let files = given.iter().map(|(path, size)| SourceFile {
            path: RelativePath::parse(path).expect("a path"),
            content: content(*size),
        });
        let request = Request::new("print(1)\n", Duration::from_secs(1)).with_files(files.collect()).expect("files");
        let job = Arc::new(job_with(request));
        let bytes: Vec<u8> = archive(&job).expect("an archive").collect::<Vec<_>>().await.concat();
        let mut found = Vec::new();
        for entry in tar::Archive::new(bytes.as_slice()).entries().expect("entries") {
            let mut entry = entry.expect("an entry");
            let path = entry.path().expect("a path").display().to_string();
            let mut text = Vec::new();
            entry.read_to_end(&mut text).expect("content");
            found.push((path, entry.header().mode().expect("a mode"), text));
        }
        let files: Vec<_> = found.iter().filter(|(_, mode, _)| *mode == 0o666).collect();
        assert_eq!(files.len(), given.len() + 1);
        for ((path, size), (found, _, text)) in given.iter().zip(&files) {
            assert_eq!((path, &content(*size)), (found, text));
        }
        assert_eq!((files[4].0.as_str(), files[4].2.as_slice()), ("main.py", &b"print(1)\n"[..]));
        let folders: Vec<_> =
            found.iter().filter(|(_, mode, _)| *mode == 0o777).map(|(path, ..)| path.as_str()).collect();
        assert_eq!(folders.len(), 3, "each once: {folders:?}");
        assert!(folders.contains(&"b/") && folders.contains(&"b/c/"), "{folders:?}");
    }
}
