//! The results of discovery.

use std::path::{Path, PathBuf};

use super::built_in::{self, BUILT_IN, SCIENCE};
use super::source::Source;
use super::unpacked::Unpacked;
use crate::text::message::LocalizedMessage;

/// A usable interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The program to run. A version switcher's shim is replaced by the interpreter itself.
    pub path: PathBuf,
    /// The interpreter's own path, as it reports it, even if `path` is the user's wrapper.
    pub executable: PathBuf,
    /// `3.13.1`.
    pub version: String,
    /// `CPython`, `PyPy`, `Node.js`.
    pub implementation: String,
    /// The folder of the installation or environment.
    pub prefix: PathBuf,
    /// Whether it is a virtual environment.
    pub virtual_environment: bool,
    /// The first source that led to it.
    pub source: Source,
    /// Whether it is the built-in Python.
    pub built_in: bool,
    /// The folder of the science pack, if it is the built-in Python with that.
    pub science: Option<PathBuf>,
    /// The files that the built-in Python has unpacked, if it told of them.
    pub unpacked: Option<Unpacked>,
    /// Whether programs run with it.
    pub in_use: bool,
}

impl Found {
    /// Its name for people: `CPython 3.13.1`, or `CPython 3.14 (built in)`.
    pub fn name(&self) -> String {
        let Self { implementation, version, built_in, science, .. } = self;
        match built_in {
            true => built_in::name(implementation, version, science.is_some()),
            false => format!("{implementation} {version}"),
        }
    }

    /// Its value in the settings: its path, [`BUILT_IN`] or [`SCIENCE`].
    pub fn choice(&self) -> &Path {
        match (&self.science, self.built_in) {
            (Some(_), _) => Path::new(SCIENCE),
            (None, true) => Path::new(BUILT_IN),
            (None, false) => &self.path,
        }
    }
}

/// A file that looked like an interpreter but cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its path.
    pub path: PathBuf,
    /// The source that led to it.
    pub source: Source,
    /// The reason; follows its path in a sentence.
    pub reason: LocalizedMessage,
}

/// The result of a search for all interpreters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Usable interpreters, in the order in which they are tried.
    pub found: Vec<Found>,
    /// Rejected files.
    pub rejected: Vec<Rejected>,
}
