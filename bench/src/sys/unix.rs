//! Named pipes and pseudo-terminals on Unix.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::pty::{OpenptyResult, Winsize, openpty};
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::Terminal;

/// The size of the WebSocket's terminals.
const SIZE: Winsize = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };

/// Makes `place` a link to `target`.
///
/// # Errors
/// The path exists, or its folder cannot be written.
pub(crate) fn link(target: &Path, place: &Path) -> Result<()> {
    symlink(target, place).with_context(|| format!("cannot make a link at {}", place.display()))
}

/// Makes a named pipe at `path`.
///
/// # Errors
/// The path exists, or the file system does not support pipes.
pub(crate) fn make_pipe(path: &Path) -> Result<()> {
    mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR).with_context(|| format!("cannot make a pipe at {}", path.display()))
}

/// Opens the pipe at `path` for writing; `None` while no process reads it.
///
/// # Errors
/// The pipe cannot be opened for another reason.
pub(crate) fn open_writer(path: &Path) -> Result<Option<File>> {
    match OpenOptions::new().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.raw_os_error() == Some(Errno::ENXIO as i32) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot open the pipe {}", path.display())),
    }
}

/// Opens a pseudo-terminal of 80 by 24.
///
/// # Errors
/// No pseudo-terminal is free.
pub(crate) fn open_terminal() -> Result<Terminal> {
    let OpenptyResult { master, slave } = openpty(&SIZE, None).context("cannot open a pseudo-terminal")?;
    let program = [Stdio::from(slave.try_clone()?), Stdio::from(slave.try_clone()?), Stdio::from(slave)];
    Ok(Terminal { screen: File::from(master), program })
}
