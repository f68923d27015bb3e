//! Messages to the watcher: records of one size, small enough that a pipe never splits or mixes them.

use std::io::{self, Read};
use std::path::Path;

/// A pipe takes up to this many bytes atomically (`PIPE_BUF`).
const SIZE: usize = 512;
const HEADER: usize = 8;

/// A record: the main process, the length of the mark, the mark.
pub(super) type Record = [u8; SIZE];

/// The begin or the end of a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Note {
    /// The run of `main` has begun; its processes carry `mark`.
    Begun { main: i32, mark: Vec<u8> },
    /// No process of the run is left.
    Over { main: i32 },
    /// The run with `mark` had begun, but its program could not be started.
    NotStarted { mark: Vec<u8> },
}

/// The mark in the environment of a run's processes: the end of its folder's path, as long as fits into a record.
pub(super) fn mark(folder: &Path) -> &[u8] {
    let path = folder.as_os_str().as_encoded_bytes();
    &path[path.len().saturating_sub(SIZE - HEADER)..]
}

/// The record of a run that begins; [`sign`] adds the main process. Without one it says that the run has no process.
pub(super) fn begun(mark: &[u8]) -> Record {
    let mut record = [0; SIZE];
    record[4..HEADER].copy_from_slice(&(mark.len() as u32).to_ne_bytes());
    record[HEADER..HEADER + mark.len()].copy_from_slice(mark);
    record
}

/// The record of a run that is over: it has no mark.
pub(super) fn over(main: i32) -> Record {
    let mut record = [0; SIZE];
    sign(&mut record, main);
    record
}

/// Adds the main process. Does not allocate, because it is called between fork and exec.
pub(super) fn sign(record: &mut Record, main: i32) {
    record[..4].copy_from_slice(&main.to_ne_bytes());
}

/// Reads the next note; an error when no writer is left.
pub(super) fn read(from: &mut impl Read) -> io::Result<Note> {
    let (mut main, mut length, mut rest) = ([0; 4], [0; 4], [0; SIZE - HEADER]);
    from.read_exact(&mut main)?;
    from.read_exact(&mut length)?;
    from.read_exact(&mut rest)?;
    let main = i32::from_ne_bytes(main);
    let mark = rest.get(..u32::from_ne_bytes(length) as usize).ok_or(io::ErrorKind::InvalidData)?.to_vec();
    Ok(match (main, mark.is_empty()) {
        (_, true) => Note::Over { main },
        (0, false) => Note::NotStarted { mark },
        (main, false) => Note::Begun { main, mark },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_come_back_as_they_were_written() {
        let long = format!("/{}", "x".repeat(2 * SIZE));
        for folder in ["/runs/01J", long.as_str()] {
            let mark = mark(Path::new(folder));
            let mut record = begun(mark);
            let note = read(&mut record.as_slice()).expect("a note");
            assert_eq!(note, Note::NotStarted { mark: mark.to_vec() });
            sign(&mut record, 42);
            let note = read(&mut record.as_slice()).expect("a note");
            assert_eq!(note, Note::Begun { main: 42, mark: mark.to_vec() });
            assert!(folder.as_bytes().ends_with(mark));
        }
        assert_eq!(read(&mut over(7).as_slice()).expect("a note"), Note::Over { main: 7 });
        read(&mut &over(7)[1..]).expect_err("should not take half a record");
    }
}
