//! What service, launcher and supervisor say to each other.
//!
//! Service ↔ supervisor, over a run's control socket: frames of a length (u32, little endian) and a postcard body. The service sends
//! the [`RunSpec`], the supervisor says [`Report::Ready`], and nothing of the run is started before the service's [`ControlMessage::Go`]: whatever
//! fails until then can be tried again. Launcher → service, over a socket that the supervisor does not have: a [`LauncherMessage`] a message.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::outcome::Containment;
use crate::sys::exit::Exit;
use crate::sys::launch::Launch;

/// Bytes of the length before each body.
const HEADER: usize = 4;
/// No job is larger; a longer length means that the peer is not ours.
const MOST: usize = 64 << 20;
/// No report is larger.
pub(crate) const MOST_REPORT: usize = 4 << 10;

/// Service → supervisor, once: what to start. After it come [`ControlMessage`]s, the first of them [`ControlMessage::Go`]; the socket's end means the
/// end of the run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunSpec {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(OsString, OsString)>,
    pub(crate) folder: PathBuf,
    /// Where its temporary files go.
    pub(crate) temporary: PathBuf,
    /// The folder in which everything of the run lies.
    pub(crate) root: PathBuf,
    /// Arguments to put first where folders of the user's lie above its own.
    pub(crate) args_in_sight: Vec<OsString>,
    /// Folders that the program is not to see.
    pub(crate) hidden: Vec<PathBuf>,
    pub(crate) bounds: Bounds,
    pub(crate) waits: bool,
    /// Whether the standard streams are a terminal, which is to be the program's own.
    pub(crate) terminal: bool,
}

/// Service → supervisor, after the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ControlMessage {
    /// Starts the program.
    Go,
    /// Asks for [`Report::Alive`].
    Ping,
    /// The program that waited goes on: watch it.
    Begin,
    /// Sends a signal, by its number, to the program's process group.
    Signal(i32),
}

/// The limits that the supervisor holds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Bounds {
    pub(crate) memory_bytes: u64,
    pub(crate) cpu: Duration,
    pub(crate) processes: u32,
    pub(crate) open_files: u64,
    pub(crate) file_size_bytes: u64,
}

impl From<&Launch<'_>> for RunSpec {
    fn from(launch: &Launch<'_>) -> Self {
        Self {
            program: launch.program.to_path_buf(),
            args: launch.args.to_vec(),
            env: launch.env.to_vec(),
            folder: launch.folder.to_path_buf(),
            temporary: launch.folders.temporary.to_path_buf(),
            root: launch.folders.root.to_path_buf(),
            args_in_sight: launch.folders.args_in_sight.to_vec(),
            hidden: launch.folders.hidden.to_vec(),
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

/// Supervisor → service.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Report {
    /// The job is there, and [`ControlMessage::Go`] starts it.
    Ready,
    /// The answer to [`ControlMessage::Ping`].
    Alive,
    /// The answer to [`ControlMessage::Begin`].
    Begun,
    /// The program could not be started: the system's error number.
    NotStarted(i32),
    /// The program has ended and nothing of its tree is left. The supervisor ends after this.
    Ended(Exit),
}

/// Launcher → service, of one run.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LauncherMessage {
    /// The run has a supervisor, whose descriptor comes along where the kernel has such.
    Supervised {
        /// Its process id as the service sees it.
        pid: i32,
        /// How it holds its tree together.
        containment: Containment,
    },
    /// No supervisor could be forked: the system's error number.
    NotForked(i32),
    /// The supervisor is gone, and what it may have left too.
    Gone {
        /// Whether it ended by itself.
        orderly: bool,
    },
}

/// A message's bytes, where the socket keeps messages apart.
pub(crate) fn bytes(message: &impl Serialize) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(message).map_err(io::Error::other)
}

/// A frame's bytes.
pub(crate) fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = postcard::to_extend(message, vec![0; HEADER]).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len() - HEADER).map_err(io::Error::other)?;
    bytes[..HEADER].copy_from_slice(&length.to_le_bytes());
    Ok(bytes)
}

/// The length of the body that follows `header`, where none may be longer than `most`.
fn body_length(header: [u8; HEADER], most: usize) -> io::Result<usize> {
    let length = u32::from_le_bytes(header) as usize;
    if length > most { Err(io::ErrorKind::InvalidData.into()) } else { Ok(length) }
}

/// A message from a frame's body.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> io::Result<T> {
    match postcard::take_from_bytes(body).map_err(io::Error::other)? {
        (message, []) => Ok(message),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// The first message of `received` when it is whole; it is taken out.
pub(crate) fn take<T: DeserializeOwned>(received: &mut Vec<u8>, most: usize) -> io::Result<Option<T>> {
    let Some(header) = received.first_chunk::<HEADER>() else { return Ok(None) };
    let end = HEADER + body_length(*header, most)?;
    let Some(body) = received.get(HEADER..end) else { return Ok(None) };
    let message = parse(body)?;
    received.drain(..end);
    Ok(Some(message))
}

/// Reads one message, waiting for it.
pub(crate) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<T> {
    let mut header = [0; HEADER];
    from.read_exact(&mut header)?;
    let mut body = vec![0; body_length(header, MOST)?];
    from.read_exact(&mut body)?;
    parse(&body)
}

/// Writes one message.
pub(crate) fn write(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    to.write_all(&frame(message)?)
}
