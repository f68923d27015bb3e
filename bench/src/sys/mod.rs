//! What only some systems have: named pipes in the file system, and pseudo-terminals.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(not(unix), path = "other.rs")]
mod system;

use std::fs::File;
use std::process::Stdio;

pub(crate) use system::{make_pipe, open_terminal, open_writer};

/// A pseudo-terminal: the keyboard and screen that the benchmark holds, and the ends that a program is given.
pub(crate) struct Terminal {
    /// What is written here is typed; what is read here is shown.
    pub(crate) screen: File,
    /// Standard input, output and error of the program.
    pub(crate) program: [Stdio; 3],
}
