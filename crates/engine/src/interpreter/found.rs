//! The results of discovery.

use std::path::PathBuf;

use super::source::Source;
use crate::text::said::Said;

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
    /// Whether programs run with it.
    pub in_use: bool,
}

/// A file that looked like an interpreter but cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its path.
    pub path: PathBuf,
    /// The source that led to it.
    pub source: Source,
    /// The reason; follows its path in a sentence.
    pub reason: Said,
}

/// The result of a search for all interpreters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Usable interpreters, in the order in which they are tried.
    pub found: Vec<Found>,
    /// Rejected files.
    pub rejected: Vec<Rejected>,
}
