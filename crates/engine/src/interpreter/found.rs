//! What discovery finds.

use std::path::PathBuf;

use super::source::Source;
use crate::text::said::Said;

/// An interpreter that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What runs programs: the interpreter itself where it was reached by a version switcher's stand-in.
    pub path: PathBuf,
    /// What it says that it is: the interpreter itself, also where a wrapper of the user's runs programs.
    pub executable: PathBuf,
    /// `3.13.1`.
    pub version: String,
    /// `CPython`, `PyPy`, `Node.js`.
    pub implementation: String,
    /// The folder of its installation or environment.
    pub prefix: PathBuf,
    /// Whether it is a virtual environment.
    pub virtual_environment: bool,
    /// By what it was found first.
    pub source: Source,
    /// Whether programs run with it.
    pub in_use: bool,
}

/// A file that looked like an interpreter and is none that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The file.
    pub path: PathBuf,
    /// By what it was found.
    pub source: Source,
    /// What is wrong with it, to follow its path in a sentence.
    pub reason: Said,
}

/// All that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discovery {
    /// Those that work, in the order in which they are tried.
    pub found: Vec<Found>,
    /// Those that do not.
    pub rejected: Vec<Rejected>,
}
