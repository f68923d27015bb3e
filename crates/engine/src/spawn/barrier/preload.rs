//! A start-up file that blocks: Python's `sitecustomize`, Node.js' `--require`.
//!
//! It reads a pipe named in the environment until that is closed. The files support every version that Runtray runs. Tests run
//! them on all systems; only the pipe is Windows' own.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::language::Prestart;

/// The variable with the pipe's name.
const NAME: &str = "RUNTRAY_BARRIER";
const PYTHON: &str = include_str!("sitecustomize.py");
const NODE: &str = include_str!("barrier.cjs");

/// Writes the start-up files into `folder`, and keeps them open.
pub(crate) fn prepare(folder: &Path) -> io::Result<Vec<File>> {
    [("sitecustomize.py", PYTHON), ("barrier.cjs", NODE)]
        .map(|(name, text)| put(&folder.join(name), text))
        .into_iter()
        .collect()
}

/// Every prestarted interpreter runs these files. On Windows no program can change or replace them while they are open.
fn put(path: &Path, text: &str) -> io::Result<File> {
    fs::write(path, text)?;
    let mut options = File::options();
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::share_mode(
        &mut options,
        windows_sys::Win32::Storage::FileSystem::FILE_SHARE_READ,
    );
    let mut file = options.read(true).open(path)?;
    let mut written = String::new();
    file.read_to_string(&mut written)?;
    if written == text {
        Ok(file)
    } else {
        Err(io::Error::other(format!("another program changed {}", path.display())))
    }
}

/// The variables that make an interpreter load the start-up file in `folder`, and that file find the pipe.
fn environment(prestart: Prestart, folder: &Path, pipe: &str) -> Vec<(OsString, OsString)> {
    let found = match prestart {
        Prestart::Python => Some(("PYTHONPATH".into(), folder.into())),
        Prestart::Node => Some(("NODE_OPTIONS".into(), required(&folder.join("barrier.cjs")).into())),
        // The built-in Python reads the variable by itself.
        Prestart::BuiltIn => None,
    };
    [(NAME.into(), pipe.into())].into_iter().chain(found).collect()
}

/// Within double quotes Node.js accepts spaces, and two backslashes for one.
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

    use crate::language::Prestart;
    use crate::sys::{Tree, pipe_client};

    /// A closed barrier: a pipe that nothing is ever written to.
    pub(crate) struct Barrier {
        name: String,
        pipe: NamedPipeServer,
    }

    impl Barrier {
        /// Creates the pipe. The program's path does not matter here: the interpreter opens it after the wait.
        pub(crate) fn new(_path: &Path) -> io::Result<Self> {
            let name = format!(r"\\.\pipe\runtray-barrier-{}", Ulid::generate());
            let options = ServerOptions::new()
                .access_inbound(false)
                .first_pipe_instance(true)
                .reject_remote_clients(true)
                .max_instances(1)
                .create(&name)?;
            Ok(Self { name, pipe: options })
        }

        /// Whether only a process in `tree` has connected to the pipe. It takes one client.
        pub(crate) fn is_untouched(&mut self, tree: &Tree) -> bool {
            pipe_client(&self.pipe).is_none_or(|client| tree.contains(client))
        }

        /// Releases the interpreter, which then opens its program's file.
        pub(crate) async fn release(self, _code: &[u8]) -> io::Result<()> {
            drop(self);
            Ok(())
        }

        pub(crate) fn environment(&self, prestart: Prestart, folder: &Path) -> Vec<(OsString, OsString)> {
            super::environment(prestart, folder, &self.name)
        }
    }
}

#[cfg(windows)]
pub(crate) use pipe::Barrier;

#[cfg(all(test, unix))]
mod tests;
