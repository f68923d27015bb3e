//! Files that may be interpreters, before they are probed.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::built_in::{self, BUILT_IN, SCIENCE};
use super::machine::Machine;
use super::source::Source;
use super::unpacked::IDENTIFY;
use super::{executable, folder, search_path, stub};
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// A file that may be an interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) path: PathBuf,
    pub(super) source: Source,
    /// Whether it is the built-in Python.
    pub(super) built_in: bool,
    /// The folder of the science pack, if it is to be started with that.
    pub(super) science: Option<PathBuf>,
    /// Whether no program can change it, wherever it is: the built-in one, and a path that the user chose.
    is_kept: bool,
}

impl Candidate {
    /// The program at `path`, which `source` led to.
    pub(super) fn new(machine: &Machine, path: PathBuf, source: Source) -> Self {
        let built_in = machine.built_in.as_ref().is_some_and(|ours| built_in::is(&path, ours));
        Self { path, source, built_in, science: None, is_kept: built_in }
    }

    /// The built-in Python with the science pack, if both are there.
    pub(super) fn with_science(machine: &Machine, source: Source) -> Option<Self> {
        let science = machine.packages().and_then(|packages| packages.science);
        let path = machine.built_in.clone().filter(|_| science.is_some())?;
        Some(Self { science, ..Self::new(machine, path, source) })
    }

    /// The user's choice: a path, the built-in Python, or a name that is looked up on PATH.
    pub(super) fn chosen(machine: &Machine, choice: &Path) -> Self {
        if let Some(built_in) = machine.built_in.as_ref().filter(|_| choice == Path::new(BUILT_IN)) {
            return Self::new(machine, built_in.clone(), Source::Choice);
        }
        if choice == Path::new(SCIENCE) {
            let missing = || Self::new(machine, SCIENCE.into(), Source::Choice);
            return Self::with_science(machine, Source::Choice).unwrap_or_else(missing);
        }
        let name = choice.to_str().filter(|text| !text.contains(['/', '\\']));
        let found = name.and_then(|name| search_path::find(machine, name));
        // A name may lead to another file each time.
        let is_kept = found.is_none();
        let chosen = Self::new(machine, found.unwrap_or_else(|| choice.to_path_buf()), Source::Choice);
        Self { is_kept: is_kept || chosen.built_in, ..chosen }
    }

    /// Whether the file is worth probing.
    ///
    /// # Errors
    /// The file is not worth probing; the error follows its path in a sentence.
    pub(super) fn check(&self, machine: &Machine) -> Result<(), LocalizedMessage> {
        if self.path == Path::new(BUILT_IN) {
            return Err(sentences::NO_BUILT_IN.message());
        }
        if self.path == Path::new(SCIENCE) {
            return Err(sentences::NO_SCIENCE.message());
        }
        if !self.path.is_absolute() {
            return Err(sentences::NOT_ON_PATH.message());
        }
        // Running a stub would open an installer, so it is recognised first.
        if let Some(reason) = stub::reason(machine, &self.path) {
            return Err(reason);
        }
        let metadata = self.path.metadata().map_err(|error| missing(&self.path, &error))?;
        if metadata.is_dir() {
            return Err(directory(machine, &self.path));
        }
        if !metadata.is_file() {
            return Err(sentences::NOT_A_FILE.message());
        }
        if !executable::has_execute_bit(&metadata) {
            return Err(sentences::NOT_EXECUTABLE.message());
        }
        // A project's folder may be shared, so another user could have put a program into it.
        if self.source == Source::Project && !is_ours(&self.path) {
            return Err(sentences::NOT_OURS.message());
        }
        match machine.lets_programs_change(&self.path).filter(|_| !self.is_kept) {
            Some(folder) => Err(sentences::WRITABLE.with("folder", folder.display())),
            None => Ok(()),
        }
    }

    /// The arguments that start it as this interpreter to be probed.
    pub(super) fn args(&self) -> Vec<OsString> {
        let identify = self.built_in.then(|| IDENTIFY.into());
        let image = self.science.iter().flat_map(|folder| ["--image".into(), folder.into()]);
        identify.into_iter().chain(image).collect()
    }

    /// The path to run, given the path that the interpreter reports. A version switcher's shim slows every start and may select
    /// another version in another folder, so it is replaced. A program that the user chose may be a wrapper and is kept.
    pub(super) fn resolved(&self, executable: Option<PathBuf>) -> PathBuf {
        let stands_in = self.path.parent().is_some_and(|folder| folder.ends_with("shims"));
        let resolves = self.source != Source::Choice || stands_in;
        executable.filter(|path| resolves && executable::is_program(path)).unwrap_or_else(|| self.path.clone())
    }
}

/// Whether the environment of `program` belongs to the user or to root: anyone may own a parent of the current folder.
#[cfg(unix)]
fn is_ours(program: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let owner = program.parent().and_then(|folder| folder.metadata().ok()).map(|metadata| metadata.uid());
    owner.is_some_and(|owner| owner == 0 || owner == nix::unistd::geteuid().as_raw())
}

#[cfg(not(unix))]
fn is_ours(_program: &Path) -> bool {
    true
}

fn missing(path: &Path, error: &io::Error) -> LocalizedMessage {
    if error.kind() != io::ErrorKind::NotFound {
        return sentences::UNSEEN.with("cause", error);
    }
    match path.read_link() {
        Ok(target) => sentences::DEAD_LINK.with("target", target.display()),
        Err(_) => sentences::NOT_THERE.message(),
    }
}

/// A user may choose the folder of an environment and mean its interpreter.
fn directory(machine: &Machine, path: &Path) -> LocalizedMessage {
    let programs =
        [folder::environment_python(machine, path), folder::python(machine, path), folder::node(machine, path)];
    match programs.into_iter().find(|place| place.is_file()) {
        Some(program) => sentences::DIRECTORY_WITH.with("program", program.display()),
        None => sentences::DIRECTORY.message(),
    }
}
