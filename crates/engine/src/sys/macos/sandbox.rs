//! The level `sandbox`: Seatbelt, entered by Apple's own `sandbox-exec`.
//!
//! Why that program and not a call of `sandbox_init` between fork and exec: the call compiles the profile, which allocates and
//! takes locks, and other threads of the service may have held these when it forked. `sandbox-exec` does the same in a process
//! of its own and then becomes the program, with the same process id. It is named by its whole path, which the system protects,
//! so nothing on PATH can stand in for it. As a program of Apple's it drops variables whose names begin with `DYLD_`. It calls
//! itself deprecated, as it has for years; browsers and assistants rely on the same call.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::unistd::{AccessFlags, access};

use crate::isolation::{Lack, SandboxReport};
use crate::sys::launch::{Grants, Launch};
use crate::sys::seatbelt::{Places, profile};

const PROGRAM: &str = "/usr/bin/sandbox-exec";

/// Succeeds if programs start and paths without a rule are closed.
const TRIAL: &str = "/bin/ls /usr/lib && ! /bin/ls /private/etc && ! /bin/ls /Users";

/// The files in the engine's folder that end an interpreter's search in the folders above its program.
const STOPS: [&str; 2] = ["package.json", "tsconfig.json"];

/// The command that starts the program of `launch` inside its sandbox. `terminal` is its standard input, if that is one.
///
/// # Errors
/// The program does not exist or cannot be executed. `sandbox-exec` would report that as the program's own failure.
pub(super) fn command(launch: &Launch<'_>, grants: &Grants, terminal: Option<&Path>) -> io::Result<Command> {
    access(launch.program, AccessFlags::X_OK)?;
    let folders = &launch.folders;
    let own = [launch.folder.to_path_buf(), folders.temporary.to_path_buf()];
    // With the commands that are on its PATH.
    let root = folders.root.to_path_buf();
    let stops = folders.root.parent().into_iter().flat_map(|shared| STOPS.map(|name| shared.join(name)));
    let own_read: Vec<PathBuf> = stops.chain([root]).collect();
    let places = Places { own: &own, own_read: &own_read, grants, hidden: folders.hidden, terminal };
    Ok(inside(&profile(places), launch.program))
}

/// The sandbox of this machine, found by starting a program in it.
pub(super) fn find() -> SandboxReport {
    let refused = |error: io::Error| Lack::Refused(error.raw_os_error().unwrap_or(Errno::EPERM as i32));
    SandboxReport { lack: attempt().err().map(refused), ..SandboxReport::unproven() }
}

fn attempt() -> io::Result<()> {
    let grants = Grants::default();
    let places = Places { own: &[], own_read: &[], grants: &grants, hidden: &[], terminal: None };
    let mut trial = inside(&profile(places), Path::new("/bin/sh"));
    trial.args(["-c", TRIAL]).env_clear().current_dir("/");
    let status = trial.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err(Errno::EPERM.into()) }
}

fn inside(profile: &str, program: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["-p", profile, "--"]).arg(program);
    command
}
