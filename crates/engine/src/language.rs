//! The languages: how each is named, found and started. Adding a language is adding a row and a test.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::interpreter::Machine;

/// One language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// Its name on the wire, lower case.
    pub name: String,
    /// Other names, lower case.
    pub aliases: Vec<String>,
    /// The extension of its program's file, without the dot.
    pub extension: String,
    /// Where its interpreter comes from.
    pub interpreter: Interpreter,
}

/// Where a language's interpreter comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Interpreter {
    /// Discovered: CPython or a compatible one.
    Python,
    /// Discovered: Node.js.
    Node,
    /// Discovered: a Node.js that strips types.
    NodeTypes,
    /// A row of the user's: a program (a path, or a name on PATH) and arguments that come before the program's file.
    Command(Vec<String>),
}

/// What runs a language on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// The language's name.
    pub language: String,
    /// For people: `CPython 3.13.1`, `Node.js 24.4.0`, or a user row's program.
    pub name: String,
    /// `3.13.1`; empty where it is not known.
    pub version: String,
    /// The interpreter.
    pub path: PathBuf,
    /// Arguments before the program's file.
    pub args: Vec<OsString>,
    /// Environment variables that it needs on top of every run's.
    pub env: Vec<(String, String)>,
    /// The extension of the program's file.
    pub extension: String,
}

/// Why a language cannot run here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub String);

/// What the user chose, as in the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// A Python interpreter.
    pub python: Option<PathBuf>,
    /// A Node.js.
    pub node: Option<PathBuf>,
    /// The user's own languages; a name of the built-in ones replaces that row.
    pub languages: Vec<Language>,
}

/// A language with what runs it, or why nothing does.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The language.
    pub language: Language,
    /// What runs it.
    pub runtime: Result<Arc<Runtime>, Unavailable>,
}

/// Every language that this machine knows, and what runs each.
pub struct Languages {
    rows: Vec<Language>,
}

impl Languages {
    /// The built-in rows and the user's. Nothing is looked for yet.
    pub fn new(choices: Choices, machine: Machine) -> Self {
        drop(machine);
        Self { rows: choices.languages }
    }

    /// The language of that name or alias, letter case aside.
    pub fn find(&self, name: &str) -> Option<&Language> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// What runs `language`. Looks for it and probes it the first time, and again when the file at its path changed.
    ///
    /// # Errors
    /// Why there is none, and how to get one.
    pub async fn runtime(&self, language: &Language) -> Result<Arc<Runtime>, Unavailable> {
        Err(Unavailable(language.name.clone()))
    }

    /// Every language, in the order of the table.
    pub async fn list(&self) -> Vec<Entry> {
        Vec::new()
    }
}

impl Runtime {
    /// The name of the program's file in its folder.
    pub fn entry(&self) -> String {
        format!("main.{}", self.extension)
    }
}
