//! A pseudo-console: the terminal of a run, drawn by a process of Windows' own between the program and our pipes.
#![expect(unsafe_code, reason = "pseudo-consoles are Win32 calls")]

use std::io;
use std::os::windows::io::AsRawHandle;
use std::sync::Arc;

use windows_sys::Win32::System::Console::{COORD, ClosePseudoConsole, CreatePseudoConsole, HPCON, ResizePseudoConsole};

use super::pipe::{self, Ours};
use crate::session::TerminalSize;
use crate::sys::Pipes;

/// Our hold on a program's terminal, beside what is read and written.
pub(crate) struct Terminal(Arc<Console>);

/// A pseudo-console; it is closed when it is dropped.
pub(super) struct Console(HPCON);

impl Terminal {
    /// What Ctrl-Z and Enter type: Windows' end of input.
    pub(crate) const END_OF_INPUT: [u8; 2] = [0x1a, b'\r'];
    /// What Ctrl-C types.
    pub(crate) const INTERRUPT: u8 = 0x03;

    /// Gives it another size.
    pub(crate) fn resize(&self, size: TerminalSize) -> io::Result<()> {
        // SAFETY: the console is open as long as we hold it.
        checked(unsafe { ResizePseudoConsole(self.0.0, coordinates(size)) })
    }

    /// Windows has no way but to type it.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "other systems need both")]
    pub(crate) fn interrupt(&self) -> io::Result<bool> {
        Ok(false)
    }
}

impl Console {
    /// The raw handle, for starting a process with this console.
    pub(super) fn raw(&self) -> HPCON {
        self.0
    }

    /// Closes it, off this thread: older versions of Windows wait there until all that was drawn is read.
    pub(super) fn close_in_background(self: Arc<Self>) {
        tokio::task::spawn_blocking(move || drop(self));
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // SAFETY: the console is open, and is closed once.
        unsafe { ClosePseudoConsole(self.0) };
    }
}

/// Makes a console of that size and our ends of its pipes. It has copies of its own of the other ends.
pub(super) async fn open(size: TerminalSize) -> io::Result<(Pipes, Arc<Console>)> {
    let (stdin, input) = pipe::pair(Ours::Writes).await?;
    let (stdout, output) = pipe::pair(Ours::Reads).await?;
    let mut console: HPCON = 0;
    // SAFETY: both handles are open beyond the call, and the place for the console outlives it.
    checked(unsafe {
        CreatePseudoConsole(coordinates(size), input.as_raw_handle(), output.as_raw_handle(), 0, &raw mut console)
    })?;
    let console = Arc::new(Console(console));
    let pipes = Pipes { stdin, stdout, stderr: None, terminal: Some(Terminal(Arc::clone(&console))) };
    Ok((pipes, console))
}

fn coordinates(size: TerminalSize) -> COORD {
    COORD { X: size.columns().cast_signed(), Y: size.rows().cast_signed() }
}

/// An HRESULT that is negative is a failure.
fn checked(result: i32) -> io::Result<()> {
    if result < 0 { Err(io::Error::from_raw_os_error(result)) } else { Ok(()) }
}
