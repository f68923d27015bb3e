//! The languages: how each is named, found and started. Adding a language is adding a row and a test.
//!
//! [`Languages`] owns what is known of each interpreter: asked once, and again when its file changed. Nothing is looked
//! for before a language is asked for.

mod activation;
mod cache;
mod node;
mod program;
mod table;
mod typescript;

#[cfg(all(test, unix))]
mod tests;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::interpreter::Machine;
use crate::request::Request;
use crate::text::said::Said;
use crate::text::sentences;
pub use crate::warm::eligible::Ahead;
pub use activation::Surroundings;
use cache::Slot;
use program::Program;

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

impl Language {
    /// The name of the program's file in its folder.
    pub fn entry(&self) -> String {
        entry(&self.extension)
    }
}

fn entry(extension: &str) -> String {
    format!("main.{extension}")
}

/// Where a language's interpreter comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
    /// Arguments in their place for programs whose TypeScript is more than types, where it can run those.
    pub transform_args: Option<Vec<OsString>>,
    /// Whether `args` are those.
    pub transforms: bool,
    /// Whether it announces on standard error that its way with TypeScript is experimental.
    pub announces: bool,
    /// Arguments before those, where folders of the user's may lie above the program's.
    pub args_in_sight: Vec<OsString>,
    /// What a program finds around it.
    pub surroundings: Surroundings,
    /// The extension of the program's file.
    pub extension: String,
    /// How it is started before its program is known; `None` where it cannot be.
    pub ahead: Option<Ahead>,
}

impl Runtime {
    /// The name of the program's file in its folder.
    pub fn entry(&self) -> String {
        entry(&self.extension)
    }

    /// As it runs the program of `request`.
    pub(crate) fn suited_to(&self, request: &Request) -> Self {
        match &self.transform_args {
            Some(args) if typescript::needs_transform(request, &self.extension) => {
                Self { args: args.clone(), transform_args: None, transforms: true, announces: true, ..self.clone() }
            }
            _ => self.clone(),
        }
    }
}

/// Why a language cannot run here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub Said);

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
    choices: Choices,
    machine: Machine,
    rows: Vec<Row>,
    python: Slot,
    node: Slot,
    node_types: Slot,
}

/// A language, with what is known of its interpreter where it is a program of the user's.
struct Row {
    language: Language,
    program: Slot,
}

impl Languages {
    /// The built-in rows and the user's. Nothing is looked for yet.
    pub fn new(mut choices: Choices, machine: Machine) -> Self {
        let rows = table::rows(std::mem::take(&mut choices.languages));
        let rows = rows.into_iter().map(|language| Row { language, program: Slot::default() }).collect();
        let (python, node, node_types) = (Slot::default(), Slot::default(), Slot::default());
        Self { choices, machine, rows, python, node, node_types }
    }

    /// The language of that name or alias, letter case aside.
    pub fn find(&self, name: &str) -> Option<&Language> {
        let mut languages = self.rows.iter().map(|row| &row.language);
        let by_name = languages.clone().find(|language| language.name.eq_ignore_ascii_case(name));
        by_name.or_else(|| languages.find(|language| has_alias(language, name)))
    }

    /// The first language whose programs' files have that extension, letter case aside.
    pub fn by_extension(&self, extension: &str) -> Option<&Language> {
        let mut languages = self.rows.iter().map(|row| &row.language);
        languages.find(|language| language.extension.eq_ignore_ascii_case(extension))
    }

    /// What runs `language`, which is one of this table. Looks for it and probes it the first time, and again when the file
    /// at its path changed; calls at the same time share that.
    ///
    /// # Errors
    /// Why there is none, and how to get one.
    pub async fn runtime(&self, language: &Language) -> Result<Arc<Runtime>, Unavailable> {
        let row = self.rows.iter().find(|row| row.language.name == language.name);
        let row = row.ok_or_else(|| Unavailable(sentences::NO_LANGUAGE.with("name", &language.name)))?;
        let program = self.program(row).await?;
        Ok(Arc::new(program.runtime(&row.language)))
    }

    /// Every language, in the order of the table.
    pub async fn list(&self) -> Vec<Entry> {
        let entries = self
            .rows
            .iter()
            .map(|row| async { Entry { language: row.language.clone(), runtime: self.runtime(&row.language).await } });
        futures_util::future::join_all(entries).await
    }

    async fn program(&self, row: &Row) -> Result<Arc<Program>, Unavailable> {
        match &row.language.interpreter {
            Interpreter::Python => {
                self.python.get(|| program::python(&self.machine, self.choices.python.as_deref())).await
            }
            Interpreter::Node => self.node().await,
            Interpreter::NodeTypes => self.node_types.get(|| self.find_node_types()).await,
            Interpreter::Command(command) => row.program.get(|| program::command(&self.machine, command)).await,
        }
    }

    async fn node(&self) -> Result<Arc<Program>, Unavailable> {
        self.node.get(|| program::node(&self.machine, self.choices.node.as_deref())).await
    }

    /// JavaScript's own Node.js where it is new enough, so that both languages run on one.
    async fn find_node_types(&self) -> Result<Program, Unavailable> {
        let node = self.node().await?;
        match node::check_types(&node.version) {
            Ok(()) => Ok(node.as_ref().clone()),
            Err(reason) if self.choices.node.is_some() => Err(program::no_types(&node, reason)),
            Err(reason) => program::node_types(&self.machine).await.ok_or_else(|| program::no_types(&node, reason)),
        }
    }
}

fn has_alias(language: &Language, name: &str) -> bool {
    language.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
}
