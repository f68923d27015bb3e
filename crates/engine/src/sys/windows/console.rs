//! Pseudo-consoles: the terminal of a run, drawn by a process of Windows between the program and our pipes.
#![expect(unsafe_code, reason = "pseudo-consoles are Win32 calls")]

use std::io;
use std::os::windows::io::AsRawHandle;
use std::sync::{Arc, Weak};

use tokio::net::windows::named_pipe::NamedPipeServer;
use windows_sys::Win32::System::Console::{COORD, ClosePseudoConsole, CreatePseudoConsole, HPCON, ResizePseudoConsole};

use super::pipe::{self, End};
use crate::session::TerminalSize;

/// Controls a program's terminal; its data goes through pipes. Does not keep the console open: our pipes only end when the
/// console is closed, and the task that waits for their end holds this.
pub(crate) struct Terminal(Weak<Console>);

/// A pseudo-console, closed on drop.
pub(super) struct Console(HPCON);

impl Terminal {
    /// The keys Ctrl-Z and Enter, Windows' end of input.
    pub(crate) const END_OF_INPUT: [u8; 2] = [0x1a, b'\r'];
    /// The key Ctrl-C.
    pub(crate) const INTERRUPT: u8 = 0x03;

    /// Resizes the terminal.
    pub(crate) fn resize(&self, size: TerminalSize) -> io::Result<()> {
        // A closed console shows nothing more.
        let Some(console) = self.0.upgrade() else { return Ok(()) };
        // SAFETY: the console is open as long as we hold it.
        let resized = checked(unsafe { ResizePseudoConsole(console.0, coordinates(size)) });
        console.release();
        resized
    }

    /// Windows can only type the key.
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

    /// Releases a reference. The last one closes the console on another thread, because older versions of Windows block there
    /// until all output is read.
    pub(super) fn release(self: Arc<Self>) {
        if let Some(last) = Arc::into_inner(self) {
            tokio::task::spawn_blocking(move || drop(last));
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // SAFETY: the console is open, and is closed once.
        unsafe { ClosePseudoConsole(self.0) };
    }
}

/// Our ends of a new console's pipes.
pub(super) struct Ours {
    pub(super) input: NamedPipeServer,
    pub(super) output: NamedPipeServer,
    pub(super) terminal: Terminal,
}

/// Creates a console. It has its own copies of the other ends of its pipes.
pub(super) async fn open(size: TerminalSize) -> io::Result<(Ours, Arc<Console>)> {
    let (ours_in, input) = pipe::pair(End::Writes).await?;
    let (ours_out, output) = pipe::pair(End::Reads).await?;
    let mut console: HPCON = 0;
    // SAFETY: both handles are open beyond the call, and the place for the console outlives it.
    checked(unsafe {
        CreatePseudoConsole(coordinates(size), input.as_raw_handle(), output.as_raw_handle(), 0, &raw mut console)
    })?;
    let console = Arc::new(Console(console));
    Ok((Ours { input: ours_in, output: ours_out, terminal: Terminal(Arc::downgrade(&console)) }, console))
}

fn coordinates(size: TerminalSize) -> COORD {
    COORD { X: size.columns().cast_signed(), Y: size.rows().cast_signed() }
}

/// A negative HRESULT is an error.
fn checked(result: i32) -> io::Result<()> {
    if result < 0 { Err(io::Error::from_raw_os_error(result)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::tests::excused;
    use super::{Terminal, open};
    use crate::session::TerminalSize;

    #[tokio::test]
    async fn whoever_types_does_not_keep_the_console_open() {
        let (ours, console) = open(TerminalSize::USUAL).await.expect("a console");
        let terminal: Terminal = ours.terminal;
        let weak = Arc::downgrade(&console);
        if let Err(error) = terminal.resize(TerminalSize::USUAL) {
            assert!(excused(&format!("does not resize its pseudo-console: {error}")), "{error}");
        }
        assert_eq!(Arc::strong_count(&console), 1, "resizing holds on to it");
        console.release();
        assert!(weak.upgrade().is_none(), "the console is still held");
        assert!(terminal.resize(TerminalSize::USUAL).is_ok());
    }
}
