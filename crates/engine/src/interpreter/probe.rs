//! Probes a program: runs it without input or a window, reads its output up to a cap, kills it at a deadline.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::answer::Answer;
use super::machine::Machine;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// Far above any answer; the rest is not read.
const LONGEST_ANSWER_BYTES: u64 = 64 * 1024;

/// Variables that influence Python or Node.js. Runs do not get them either.
const SCRUBBED: [&str; 5] = ["PYTHON", "__PYVENV", "NODE_", "LD_", "DYLD_"];

/// Why a probe failed.
#[derive(Debug)]
pub(super) enum ProbeError {
    NotExecutable,
    NotStarted(io::Error),
    TimedOut(Duration),
    Unreadable(io::Error),
}

impl fmt::Display for ProbeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)
    }
}

impl ProbeError {
    /// The reason; follows the program's path in a sentence.
    pub(super) fn message(&self) -> LocalizedMessage {
        match self {
            Self::NotExecutable => sentences::NOT_EXECUTABLE.message(),
            Self::NotStarted(error) => sentences::NOT_STARTED.with("cause", error),
            Self::TimedOut(patience) => sentences::NO_ANSWER.with("seconds", patience.as_secs_f32()),
            Self::Unreadable(error) => sentences::UNREADABLE.with("cause", error),
        }
    }
}

/// Runs `program` with `args` and returns its output. When this returns or is dropped, the program is dead.
pub(super) async fn probe(machine: &Machine, program: &Path, args: &[impl AsRef<OsStr>]) -> Result<Answer, ProbeError> {
    let mut running = Running(start(command(machine, program, args)).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => ProbeError::NotExecutable,
        _ => ProbeError::NotStarted(error),
    })?);
    match timeout(machine.patience, answer(&mut running.0)).await {
        Ok(answer) => answer.map_err(ProbeError::Unreadable),
        Err(_) => {
            running.kill();
            // It was killed above; this only reaps it.
            running.0.wait().await.map_err(ProbeError::Unreadable)?;
            Err(ProbeError::TimedOut(machine.patience))
        }
    }
}

fn command(machine: &Machine, program: &Path, args: &[impl AsRef<OsStr>]) -> Command {
    let mut command = Command::new(program);
    command
        .args(args)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command.envs(machine.variables.iter().filter(|(name, _)| !SCRUBBED.iter().any(|prefix| name.starts_with(prefix))));
    // The shims of version switchers read files of this folder.
    if let Some(folder) = machine.folder_to_probe_in() {
        command.current_dir(folder);
    }
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(windows)]
    command.creation_flags(windows_sys::Win32::System::Threading::CREATE_NO_WINDOW);
    command
}

fn start(mut command: Command) -> io::Result<Child> {
    #[cfg(windows)]
    let _starting = crate::sys::starting();
    command.spawn()
}

async fn answer(child: &mut Child) -> io::Result<Answer> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Reaped last: until then the id of its process group cannot be reused, so the group can be killed.
    let (stdout, stderr) = tokio::join!(read(stdout), read(stderr));
    child.wait().await?;
    Ok(Answer { stdout: stdout?, stderr: stderr? })
}

async fn read(stream: Option<impl AsyncRead + Unpin>) -> io::Result<String> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        stream.take(LONGEST_ANSWER_BYTES).read_to_end(&mut bytes).await?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A child process; dropping it kills its process group.
struct Running(Child);

impl Running {
    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.0.id().and_then(|id| i32::try_from(id).ok()) {
            // Fails if the whole group is gone already.
            let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), nix::sys::signal::Signal::SIGKILL);
        }
        // Fails if the child is gone already.
        let _ = self.0.start_kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}
