//! The tools of an interpreter (`python`, `pip`, `npm`), and whether a PATH leads to them.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::interpreter::{Found, executable};

/// Folders that contain programs of all kinds.
#[cfg(unix)]
const SHARED: [&str; 9] = [
    "/usr/bin",
    "/bin",
    "/usr/sbin",
    "/sbin",
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/opt/local/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    "/snap/bin",
];
#[cfg(not(unix))]
const SHARED: [&str; 0] = [];

/// The same below the user's home.
const SHARED_AT_HOME: [&str; 2] = [".local/bin", "bin"];

/// The interpreter of a script is named within this many bytes.
const HEAD_BYTES: u64 = 1024;

/// A name, and the program that it must start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    program: PathBuf,
    args: &'static [&'static str],
}

impl Tool {
    /// Writes a shim into `folder`: a script of that name that executes the tool.
    #[cfg(unix)]
    pub(super) fn write_shim(&self, folder: &Path) -> io::Result<()> {
        use std::io::Write as _;
        use std::os::unix::ffi::OsStrExt as _;
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut text = b"#!/bin/sh\nexec '".to_vec();
        text.extend(
            self.program.as_os_str().as_bytes().split(|byte| *byte == b'\'').collect::<Vec<_>>().join(&b"'\\''"[..]),
        );
        text.push(b'\'');
        self.args.iter().for_each(|arg| text.extend(format!(" {arg}").bytes()));
        text.extend(b" \"$@\"\n");
        let mut options = File::options();
        options.write(true).create_new(true).mode(0o700).open(folder.join(self.name))?.write_all(&text)
    }

    /// Windows has no shims.
    #[cfg(not(unix))]
    pub(super) fn write_shim(&self, _folder: &Path) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, self.name))
    }
}

/// An interpreter with its tools.
pub(super) struct Tools {
    /// The interpreter's own path, as it reports it.
    executable: PathBuf,
    folder: PathBuf,
    commands: Vec<Tool>,
}

impl Tools {
    /// The tools of a Python.
    pub(super) fn of_python(found: &Found) -> Self {
        let command = |name, args| Tool { name, program: found.path.clone(), args };
        let pip: &[&str] = &["-m", "pip"];
        let commands = vec![command("python", &[]), command("python3", &[]), command("pip", pip), command("pip3", pip)];
        Self::new(found, commands)
    }

    /// The tools of a Node.js. `npm` and `npx` are scripts that look up `node` themselves; if they are missing, the scripts of
    /// another folder are used.
    pub(super) fn of_node(found: &Found) -> Self {
        let mut this = Self::new(found, Vec::new());
        this.commands.push(Tool { name: "node", program: found.path.clone(), args: &[] });
        for name in ["npm", "npx"] {
            let program = this.folder.join(name);
            if program.exists() {
                this.commands.push(Tool { name, program, args: &[] });
            }
        }
        this
    }

    fn new(found: &Found, commands: Vec<Tool>) -> Self {
        let executable = found.executable.clone();
        let folder = executable.parent().map(Path::to_path_buf).unwrap_or_default();
        Self { executable, folder, commands }
    }

    /// The folders to add before and after the others: the interpreter's folder, unless it contains programs of all kinds.
    pub(super) fn folders(&self, path: &OsStr) -> (Vec<PathBuf>, Vec<PathBuf>) {
        if self.is_shared() {
            let is_there = env::split_paths(path).any(|folder| folder == self.folder);
            return (Vec::new(), if is_there { Vec::new() } else { vec![self.folder.clone()] });
        }
        let scripts = self.folder.join("Scripts");
        let scripts = Some(scripts).filter(|folder| cfg!(windows) && folder.is_dir());
        (std::iter::once(self.folder.clone()).chain(scripts).collect(), Vec::new())
    }

    /// The tools that `path` does not lead to, which need shims.
    pub(super) fn shims(&self, path: &OsStr) -> Vec<Tool> {
        if cfg!(windows) {
            return Vec::new();
        }
        let is_missing = |command: &&Tool| {
            let found =
                env::split_paths(path).map(|folder| folder.join(command.name)).find(|it| executable::is_program(it));
            !found.is_some_and(|found| self.is_right(command, &found))
        };
        self.commands.iter().filter(is_missing).cloned().collect()
    }

    fn is_shared(&self) -> bool {
        let home = env::home_dir();
        let at_home = SHARED_AT_HOME.iter().filter_map(|below| Some(home.as_ref()?.join(below)));
        SHARED.iter().map(PathBuf::from).chain(at_home).any(|folder| folder == self.folder)
    }

    fn is_right(&self, command: &Tool, found: &Path) -> bool {
        if command.args.is_empty() {
            let meant = if command.name.starts_with("np") { &command.program } else { &self.executable };
            is_same(meant, found)
        } else {
            self.runs_script(found)
        }
    }

    /// Whether a script, such as pip's, names this interpreter.
    fn runs_script(&self, script: &Path) -> bool {
        let mut head = Vec::new();
        if File::open(script).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head)).is_err() {
            return false;
        }
        let head = String::from_utf8_lossy(&head);
        let mut lines = head.lines();
        let Some(first) = lines.next().and_then(|line| line.strip_prefix("#!")) else { return false };
        let interpreter = Path::new(first.split_whitespace().next().unwrap_or_default());
        // A long path is in the second line, as an argument of the shell.
        is_same(&self.executable, interpreter)
            || (interpreter.ends_with("sh")
                && lines.next().is_some_and(|line| {
                    line.split(['"', '\'', ' '])
                        .any(|word| word.starts_with('/') && is_same(&self.executable, Path::new(word)))
                }))
    }
}

/// Whether two paths lead to the same program and to the same virtual environment, or none.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    real(one).is_some_and(|real_one| real(other) == Some(real_one)) && environment(one) == environment(other)
}

/// The settings file of the virtual environment of `program`.
fn environment(program: &Path) -> Option<PathBuf> {
    let folders = program.ancestors().skip(1).take(2);
    folders
        .map(|folder| folder.join("pyvenv.cfg"))
        .find(|settings| settings.is_file())
        .and_then(|it| it.canonicalize().ok())
}
