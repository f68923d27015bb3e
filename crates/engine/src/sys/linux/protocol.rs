//! What service and supervisor say to each other over a run's control socket: frames of a length (u32, little endian) and a
//! postcard body.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::sys::{Exit, Launch};

/// Bytes of the length before each body.
pub(super) const HEADER: usize = 4;
/// No frame is larger; a longer length means that the peer is not ours.
const MOST: usize = 64 << 20;

/// Service → supervisor, once: what to start. After it come [`Order`]s; the socket's end means the end of the run.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    pub(super) env: Vec<(OsString, OsString)>,
    pub(super) folder: PathBuf,
    /// Where its temporary files go.
    pub(super) temporary: PathBuf,
    /// The folder in which everything of the run lies.
    pub(super) root: PathBuf,
    /// Arguments to put first where folders of the user's lie above its own.
    pub(super) args_in_sight: Vec<OsString>,
    /// Folders that the program is not to see.
    pub(super) hidden: Vec<PathBuf>,
    pub(super) bounds: Bounds,
    pub(super) waits: bool,
    /// Whether the standard streams are a terminal, which is to be the program's own.
    pub(super) terminal: bool,
}

/// Service → supervisor, while the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Order {
    /// The program that waited goes on: watch it.
    Begin,
    /// Sends a signal, by its number, to the program's process group.
    Signal(i32),
}

/// The limits that the supervisor holds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Bounds {
    pub(super) memory_bytes: u64,
    pub(super) cpu: Duration,
    pub(super) processes: u32,
    pub(super) open_files: u64,
    pub(super) file_size_bytes: u64,
}

impl From<&Launch<'_>> for Job {
    fn from(launch: &Launch<'_>) -> Self {
        Self {
            program: launch.program.to_path_buf(),
            args: launch.args.to_vec(),
            env: launch.env.to_vec(),
            folder: launch.folder.to_path_buf(),
            temporary: launch.own.temporary.to_path_buf(),
            root: launch.own.root.to_path_buf(),
            args_in_sight: launch.own.args_in_sight.to_vec(),
            hidden: launch.own.hidden.to_vec(),
            bounds: Bounds {
                memory_bytes: launch.limits.memory_bytes,
                cpu: launch.limits.cpu,
                processes: launch.limits.processes,
                open_files: launch.limits.open_files,
                file_size_bytes: launch.limits.file_size_bytes,
            },
            waits: launch.waits,
            terminal: launch.terminal.is_some(),
        }
    }
}

/// Launcher and supervisor → service.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Report {
    /// From the launcher: the supervisor's process id as the service sees it.
    Supervised(i32),
    /// The program could not be started: the system's error number.
    NotStarted(i32),
    /// The program has ended and nothing of its tree is left.
    Ended(Exit),
}

/// A frame's bytes.
pub(super) fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = postcard::to_extend(message, vec![0; HEADER]).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len() - HEADER).map_err(io::Error::other)?;
    bytes[..HEADER].copy_from_slice(&length.to_le_bytes());
    Ok(bytes)
}

/// The length of the body that follows `header`.
pub(super) fn body_length(header: [u8; HEADER]) -> io::Result<usize> {
    let length = u32::from_le_bytes(header) as usize;
    if length > MOST { Err(io::ErrorKind::InvalidData.into()) } else { Ok(length) }
}

/// A message from a frame's body.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8]) -> io::Result<T> {
    postcard::from_bytes(body).map_err(io::Error::other)
}

/// Reads one message, waiting for it.
pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<T> {
    let mut header = [0; HEADER];
    from.read_exact(&mut header)?;
    let mut body = vec![0; body_length(header)?];
    from.read_exact(&mut body)?;
    parse(&body)
}

/// Writes one message.
pub(super) fn write(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    to.write_all(&frame(message)?)
}
