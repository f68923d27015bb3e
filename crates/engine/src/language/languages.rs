//! Every language with what runs it.

use std::path::PathBuf;
use std::sync::Arc;

use super::cache::ProgramCache;
use super::definition::{Interpreter, Language};
use super::program::{self, Program};
use super::runtime::Runtime;
use super::unavailable::Unavailable;
use super::{node, table};
use crate::interpreter::Machine;
use crate::text::sentences;

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
    python: ProgramCache,
    node: ProgramCache,
    node_types: ProgramCache,
}

/// A language, with what is known of its interpreter where it is a program of the user's.
struct Row {
    language: Language,
    program: ProgramCache,
}

impl Languages {
    /// The built-in rows and the user's. Nothing is looked for yet.
    pub fn new(mut choices: Choices, machine: Machine) -> Self {
        let rows = table::rows(std::mem::take(&mut choices.languages));
        let rows = rows.into_iter().map(|language| Row { language, program: ProgramCache::default() }).collect();
        let (python, node, node_types) = (ProgramCache::default(), ProgramCache::default(), ProgramCache::default());
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
