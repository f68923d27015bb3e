//! Pseudo-terminals of Linux and macOS.
//!
//! The usual crate (portable-pty) starts the program itself. Here the launcher does that, so only the two ends are needed.

use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::fcntl::{FcntlArg, FdFlag, OFlag, fcntl};
use nix::libc;
use nix::pty::{Winsize, openpty};
use nix::sys::termios::{InputFlags, SetArg, tcgetattr, tcsetattr};
use tokio::net::unix::pipe;

use crate::session::TerminalSize;

/// Controls a program's terminal; its data goes through pipes.
pub(crate) struct Terminal(OwnedFd);

impl Terminal {
    /// The key Ctrl-D.
    pub(crate) const END_OF_INPUT: [u8; 1] = [0x04];
    /// The key Ctrl-C.
    pub(crate) const INTERRUPT: u8 = 0x03;

    /// Resizes the terminal; its foreground processes get SIGWINCH.
    pub(crate) fn resize(&self, size: TerminalSize) -> io::Result<()> {
        // SAFETY: the descriptor is open, and the structure outlives the call.
        #[expect(unsafe_code, reason = "an ioctl")]
        unsafe { request::resize(self.0.as_raw_fd(), &winsize(size)) }?;
        Ok(())
    }

    /// Sends SIGINT to the foreground processes, ahead of unread input.
    pub(crate) fn interrupt(&self) -> io::Result<bool> {
        // SAFETY: the descriptor is open, and the argument is a number.
        #[expect(unsafe_code, reason = "an ioctl")]
        unsafe { request::signal(self.0.as_raw_fd(), libc::SIGINT) }?;
        Ok(true)
    }
}

mod request {
    use nix::{ioctl_write_int_bad, ioctl_write_ptr_bad, libc};

    #[cfg(target_os = "linux")]
    const TIOCSIG: libc::c_ulong = 0x4004_5436;
    #[cfg(target_os = "macos")]
    const TIOCSIG: libc::c_ulong = 0x2000_745f;

    ioctl_write_ptr_bad!(resize, libc::TIOCSWINSZ, libc::winsize);
    ioctl_write_int_bad!(signal, TIOCSIG);
    ioctl_write_int_bad!(control, libc::TIOCSCTTY);
}

/// The ends of a new terminal.
pub(crate) struct Pair {
    pub(crate) input: pipe::Sender,
    pub(crate) output: pipe::Receiver,
    pub(crate) terminal: Terminal,
    /// The program's end.
    pub(crate) theirs: OwnedFd,
}

/// Creates a terminal.
pub(crate) fn open(size: TerminalSize) -> io::Result<Pair> {
    let pair = openpty(&winsize(size), None)?;
    for end in [&pair.master, &pair.slave] {
        fcntl(end, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))?;
    }
    edit_in_characters(&pair.slave);
    let flags = OFlag::from_bits_retain(fcntl(&pair.master, FcntlArg::F_GETFL)?);
    fcntl(&pair.master, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK))?;
    Ok(Pair {
        input: pipe::Sender::from_owned_fd_unchecked(pair.master.try_clone()?)?,
        output: pipe::Receiver::from_owned_fd_unchecked(pair.master.try_clone()?)?,
        terminal: Terminal(pair.master),
        theirs: pair.slave,
    })
}

/// Makes the terminal on standard input this process's controlling terminal. The process must lead a session. For use between
/// fork and exec.
pub(crate) fn take_control() -> io::Result<()> {
    // SAFETY: descriptor 0 is open, and the argument is a number.
    #[expect(unsafe_code, reason = "an ioctl")]
    unsafe { request::control(0, 0) }?;
    Ok(())
}

/// Makes Backspace delete a whole UTF-8 character. Ignored where the system cannot do it.
fn edit_in_characters(terminal: &impl AsFd) {
    if let Ok(mut settings) = tcgetattr(terminal) {
        settings.input_flags |= InputFlags::IUTF8;
        let _ = tcsetattr(terminal, SetArg::TCSANOW, &settings);
    }
}

fn winsize(size: TerminalSize) -> Winsize {
    Winsize { ws_row: size.rows(), ws_col: size.columns(), ws_xpixel: 0, ws_ypixel: 0 }
}
