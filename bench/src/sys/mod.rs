//! Operations that only some systems have: links and named pipes in the file system, and pseudo-terminals.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "other.rs")]
mod system;

use std::fs::File;
use std::process::Stdio;

pub(crate) use system::{link, make_pipe, open_terminal, open_writer};

/// A pseudo-terminal: the side of the keyboard and screen, and the side of the program.
pub(crate) struct Terminal {
    /// Writing to it types; reading from it gives the output.
    pub(crate) screen: File,
    /// Standard input, output and error of the program.
    pub(crate) program: [Stdio; 3],
}
