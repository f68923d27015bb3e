//! A start-up file that waits: Python's `sitecustomize`, Node.js' `--require`.
//!
//! It reads a pipe whose name is in the environment until that is closed. The files are written for every version that Runtray
//! runs; tests run them on all systems, and the pipe is Windows' own.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use crate::language::Ahead;

/// The variable that names the pipe.
const NAME: &str = "RUNTRAY_GATE";
const PYTHON: &str = include_str!("sitecustomize.py");
const NODE: &str = include_str!("gate.cjs");

/// Writes the start-up files into `folder`.
pub(crate) fn prepare(folder: &Path) -> io::Result<()> {
    fs::write(folder.join("sitecustomize.py"), PYTHON)?;
    fs::write(folder.join("gate.cjs"), NODE)
}

/// What makes an interpreter find the start-up file in `folder`, and that find the pipe.
fn environment(ahead: Ahead, folder: &Path, pipe: &str) -> Vec<(OsString, OsString)> {
    let found = match ahead {
        Ahead::Python => ("PYTHONPATH".into(), folder.into()),
        Ahead::Node => ("NODE_OPTIONS".into(), required(&folder.join("gate.cjs")).into()),
    };
    vec![(NAME.into(), pipe.into()), found]
}

/// In double quotes Node.js takes spaces, and a backslash for two.
fn required(file: &Path) -> String {
    format!("--require \"{}\"", file.display().to_string().replace('\\', "\\\\"))
}

#[cfg(windows)]
mod pipe {
    use std::ffi::OsString;
    use std::io;
    use std::path::Path;

    use tokio::net::windows::named_pipe::{NamedPipeServer, ServerOptions};
    use ulid::Ulid;

    use crate::language::Ahead;

    /// A closed gate: a pipe that nothing is ever written to.
    pub(crate) struct Gate {
        name: String,
        _pipe: NamedPipeServer,
    }

    impl Gate {
        /// Closes the way to a program. Its path does not matter here: it is looked for after the wait.
        pub(crate) fn close(_path: &Path) -> io::Result<Self> {
            let name = format!(r"\\.\pipe\runtray-gate-{}", Ulid::generate());
            let options = ServerOptions::new()
                .access_inbound(false)
                .first_pipe_instance(true)
                .reject_remote_clients(true)
                .max_instances(1)
                .create(&name)?;
            Ok(Self { name, _pipe: options })
        }

        /// Lets the interpreter go on, which finds its program's file by itself.
        pub(crate) async fn open(self, _code: &[u8]) -> io::Result<()> {
            drop(self);
            Ok(())
        }

        pub(crate) fn environment(&self, ahead: Ahead, folder: &Path) -> Vec<(OsString, OsString)> {
            super::environment(ahead, folder, &self.name)
        }
    }
}

#[cfg(windows)]
pub(crate) use pipe::Gate;

#[cfg(all(test, unix))]
mod tests;
