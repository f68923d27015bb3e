//! Running `runtray-packs` in a folder of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use runtray_wire::{PackEvent, PackFault, PackProgress, Packs};
use serde_json::Value;
use tempfile::TempDir;

/// Answers as the built-in Python does, and compiles by noting that it was asked to.
const PYTHON: &str = r#"#!/bin/sh
case "$*" in
*json.dumps*) echo '{"implementation_name": "cpython", "implementation_version": "3.14.0", "os_name": "posix",
"platform_machine": "wasm32", "platform_python_implementation": "CPython", "platform_release": "", "platform_system": "wasi",
"platform_version": "", "python_full_version": "3.14.0", "python_version": "3.14", "sys_platform": "wasi"}' ;;
*compileall*) echo done > compiled ;;
--image*) test -s "$2/python.cwasm" && ! test -e "$0.updated" ;;
esac
"#;

/// Answers as the compiler of the science pack does. Its work is a copy.
const COMPILER: &str = r#"#!/bin/sh
cp "$1/python.wasm" "$1/python.cwasm" && echo "$$ $(date +%N)" > "$1/image.json"
"#;

/// A folder of packages, and a home without any configuration.
pub(crate) struct Machine {
    folder: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let machine = Self { folder };
        machine.program("python", PYTHON);
        machine.program("runtray-python-compile", COMPILER);
        machine
    }

    /// Writes a program into the folder.
    pub(crate) fn program(&self, name: &str, text: &str) {
        let program = self.path(name);
        fs::write(&program, text).expect("a program");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a program");
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// The program, with only the test's `HOME` in its environment.
    pub(crate) fn command(&self, command: &str) -> Command {
        let mut packs = Command::new(env!("CARGO_BIN_EXE_runtray-packs"));
        packs.env_clear().env("HOME", self.path("home")).arg("--folder").arg(self.path("packs")).arg(command);
        if command != "list" {
            packs.arg("--python").arg(self.path("python"));
        }
        packs
    }

    /// Runs `command`, and returns its progress and its last message.
    pub(crate) fn run(&self, command: &mut Command) -> (Vec<PackProgress>, Result<Packs, PackFault>) {
        let output = command.output().expect("the program runs");
        let mut progress = Vec::new();
        for line in String::from_utf8(output.stdout).expect("text").lines() {
            match serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")) {
                PackEvent::Progress(step) => progress.push(step),
                PackEvent::Done(packs) => return (progress, Ok(packs)),
                PackEvent::Failed(fault) => return (progress, Err(fault)),
            }
        }
        panic!("it said nothing last: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Adds packages from the index at `address`.
    pub(crate) fn add(&self, address: &str, names: &[&str]) -> Result<Packs, PackFault> {
        self.run(self.command("add").env("PIP_INDEX_URL", address).args(names)).1
    }

    pub(crate) fn remove(&self, names: &[&str]) -> Result<Packs, PackFault> {
        self.run(self.command("remove").args(names)).1
    }

    pub(crate) fn list(&self) -> Packs {
        self.run(&mut self.command("list")).1.expect("a list")
    }

    /// The lock file.
    pub(crate) fn lock(&self) -> Value {
        let text = fs::read(self.path("packs/lock.json")).unwrap_or_else(|_| b"null".to_vec());
        serde_json::from_slice(&text).expect("JSON")
    }

    /// The folder that programs see.
    pub(crate) fn site(&self) -> PathBuf {
        let lock = self.lock();
        self.path("packs/sites").join(lock["site"].as_str().expect("there are packages"))
    }

    /// Asserts that nothing is there: no package, no wheel, no part of a download.
    pub(crate) fn check_empty(&self) {
        assert_eq!(self.lock(), Value::Null);
        for folder in ["wheels", "sites", "downloads"] {
            assert_eq!(names(&self.path("packs").join(folder)), Vec::<String>::new(), "{folder}");
        }
    }
}

/// The names in a folder, sorted; none if it is not there.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The packages, each as `name version`, with a `+` if it was asked for.
pub(crate) fn told(packs: &Packs) -> Vec<String> {
    let told =
        |pack: &runtray_wire::Pack| format!("{} {}{}", pack.name, pack.version, if pack.requested { " +" } else { "" });
    packs.packages.iter().map(told).collect()
}

/// The same command with a umask of zero.
pub(crate) fn unmasked(command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(command.get_program()).args(command.get_args());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell
}
