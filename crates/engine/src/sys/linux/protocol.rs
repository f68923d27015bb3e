//! The messages between service, launcher and supervisor.
//!
//! Service ↔ supervisor, over the run's control socket: frames with a length (u32, little endian) and a postcard body. The
//! service sends the [`RunSpec`], the supervisor answers [`Report::Ready`]. Nothing of the run starts before the service sends
//! [`ControlMessage::Go`], so a failure until then can be retried. Launcher → service, over a socket that the supervisor does
//! not have: one [`LauncherMessage`] per packet.

mod paths;

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::isolation::{Outward, SandboxReport};
use crate::limits::Limits;
use crate::outcome::Containment;
use crate::sys::exit::Exit;
use crate::sys::launch::Launch;

/// Length of a frame's header.
const HEADER: usize = 4;
/// The longest frame that is accepted.
const MOST: usize = 64 << 20;
/// The longest report that is accepted.
pub(crate) const MOST_REPORT: usize = 4 << 10;

/// Service → supervisor, first: the program to start and its environment. [`ControlMessage`]s follow, [`ControlMessage::Go`]
/// first. The end of the socket ends the run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunSpec {
    #[serde(with = "paths::one")]
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(OsString, OsString)>,
    #[serde(with = "paths::one")]
    pub(crate) folder: PathBuf,
    /// The folder for temporary files.
    #[serde(with = "paths::one")]
    pub(crate) temporary: PathBuf,
    /// The run's folder, which contains all others.
    #[serde(with = "paths::one")]
    pub(crate) root: PathBuf,
    /// Arguments to add in front if the user's folders are visible above the program's.
    pub(crate) args_in_sight: Vec<OsString>,
    /// Folders to hide from the program.
    #[serde(with = "paths::many")]
    pub(crate) hidden: Vec<PathBuf>,
    /// The grants of the level `sandbox`; `None` at the level `none`.
    pub(crate) sandbox: Option<SandboxSpec>,
    pub(crate) bounds: Bounds,
    pub(crate) waits: bool,
    /// Whether the standard streams are a terminal, to become the program's controlling terminal.
    pub(crate) terminal: bool,
}

/// The files that a program at the level `sandbox` may use besides the system and its own folders.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SandboxSpec {
    /// To read: the parts of the interpreter.
    #[serde(with = "paths::many")]
    pub(crate) interpreter: Vec<PathBuf>,
    /// Read-only even in a granted folder: the parts of all interpreters.
    #[serde(with = "paths::many")]
    pub(crate) kept: Vec<PathBuf>,
    /// To read: folders that the user granted.
    #[serde(with = "paths::many")]
    pub(crate) read: Vec<PathBuf>,
    /// To read and write: folders that the user granted.
    #[serde(with = "paths::many")]
    pub(crate) write: Vec<PathBuf>,
    /// The network that the run is given.
    pub(crate) network: Option<Outward>,
}

/// Service → supervisor, after the spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ControlMessage {
    /// Starts the program.
    Go,
    /// Asks for [`Report::Alive`].
    Ping,
    /// The program leaves its barrier: start monitoring.
    Begin,
    /// Sends a signal to the program's process group.
    Signal(i32),
}

/// The limits that the supervisor enforces.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Bounds {
    pub(crate) memory_bytes: u64,
    pub(crate) cpu: Duration,
    pub(crate) processes: u32,
    pub(crate) open_files: u64,
    pub(crate) file_size_bytes: u64,
}

impl From<&Limits> for Bounds {
    fn from(limits: &Limits) -> Self {
        // Without `..`, so that a new limit does not compile until it is used here. The service enforces the limits that are left
        // out.
        let Limits {
            memory_bytes,
            cpu,
            processes,
            open_files,
            file_size_bytes,
            folder_bytes: _,
            output_bytes: _,
            result_files: _,
            result_file_bytes: _,
        } = *limits;
        Self { memory_bytes, cpu, processes, open_files, file_size_bytes }
    }
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
            sandbox: launch.sandbox.map(|grants| SandboxSpec {
                interpreter: grants.interpreter.clone(),
                kept: grants.kept.clone(),
                read: grants.read.clone(),
                write: grants.write.clone(),
                network: grants.network.clone(),
            }),
            bounds: Bounds::from(launch.limits),
            waits: launch.waits,
            terminal: launch.terminal.is_some(),
        }
    }
}

/// Supervisor → service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Report {
    /// The spec was received; [`ControlMessage::Go`] starts it.
    Ready,
    /// The answer to [`ControlMessage::Ping`].
    Alive,
    /// The answer to [`ControlMessage::Begin`].
    Begun,
    /// The program could not be started; the OS error number.
    NotStarted(i32),
    /// The program has ended and no process of its tree is left. The supervisor exits after this.
    Ended(Exit),
}

/// Launcher → service, first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Abilities {
    /// How it contains trees.
    pub(crate) containment: Containment,
    /// Whether and how it isolates them.
    pub(crate) sandbox: SandboxReport,
}

/// Launcher → service, about one run.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LauncherMessage {
    /// The run has a supervisor. Its pidfd is passed along if the kernel has pidfds.
    Supervised {
        /// Its process id as the service sees it.
        pid: i32,
        /// How it contains its tree.
        containment: Containment,
    },
    /// No supervisor could be forked; the OS error number.
    NotForked(i32),
    /// The supervisor is gone, and so are the processes it left.
    Gone {
        /// Whether it exited by itself, with code 0.
        orderly: bool,
    },
}

/// Encodes a message for a packet socket.
pub(crate) fn bytes(message: &impl Serialize) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(message).map_err(io::Error::other)
}

/// Encodes a message as a frame.
pub(crate) fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = postcard::to_extend(message, vec![0; HEADER]).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len() - HEADER).map_err(io::Error::other)?;
    bytes[..HEADER].copy_from_slice(&length.to_le_bytes());
    Ok(bytes)
}

/// The body length in `header`, at most `most`.
fn body_length(header: [u8; HEADER], most: usize) -> io::Result<usize> {
    let length = u32::from_le_bytes(header) as usize;
    if length > most { Err(io::ErrorKind::InvalidData.into()) } else { Ok(length) }
}

/// Decodes a message.
pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> io::Result<T> {
    match postcard::take_from_bytes(body).map_err(io::Error::other)? {
        (message, []) => Ok(message),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Removes the first message from `received`, if it is complete.
pub(crate) fn take<T: DeserializeOwned>(received: &mut Vec<u8>, most: usize) -> io::Result<Option<T>> {
    let Some(header) = received.first_chunk::<HEADER>() else { return Ok(None) };
    let end = HEADER + body_length(*header, most)?;
    let Some(body) = received.get(HEADER..end) else { return Ok(None) };
    let message = parse(body)?;
    received.drain(..end);
    Ok(Some(message))
}

/// Reads one message, blocking.
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

#[cfg(test)]
mod properties;
