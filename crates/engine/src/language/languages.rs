//! All languages of this machine, with their interpreters.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::cache::ProgramCache;
use super::container::{self, Images};
use super::definition::{Interpreter, Language};
use super::program::{self, Program};
use super::runtime::Runtime;
use super::unavailable::Unavailable;
use super::{node, shell, shell_search, synonyms, table};
use crate::interpreter::{BUILT_IN, Machine, SCIENCE, trees};
use crate::text::sentences;

/// The user's choices, from the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// The path of a Python interpreter.
    pub python: Option<PathBuf>,
    /// The path of a Node.js.
    pub node: Option<PathBuf>,
    /// Whether the system's shells may run programs, at the level that the settings give.
    pub shells: bool,
    /// Whether all programs must run in WebAssembly; only Python's can.
    pub wasm: bool,
    /// Whether all programs must run in containers.
    pub container: bool,
    /// The images of containers.
    pub images: Images,
    /// The folders that programs in the sandbox may write to.
    pub writable: Vec<PathBuf>,
    /// The user's own languages; one with the name of a built-in language replaces it.
    pub languages: Vec<Language>,
}

impl Choices {
    /// Whether the Python of the user's choice is the built-in one with the science pack.
    fn chooses_science(&self) -> bool {
        self.python.as_deref() == Some(Path::new(SCIENCE))
    }
}

/// A language with its runtime, or why it has none.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The language.
    pub language: Language,
    /// Its runtime.
    pub runtime: Result<Arc<Runtime>, Unavailable>,
}

/// All languages of this machine, with a cache of their interpreters.
pub struct Languages {
    choices: Choices,
    machine: Machine,
    /// Whether the built-in Python is searched before own ones.
    prefers_built_in: bool,
    rows: Vec<Row>,
    python: Arc<ProgramCache>,
    built_in: Arc<ProgramCache>,
    node: Arc<ProgramCache>,
    node_types: Arc<ProgramCache>,
    /// Whether every interpreter was searched once.
    searched: OnceCell<()>,
}

/// A language; `program` caches the interpreter of a user-defined one.
struct Row {
    language: Language,
    program: Arc<ProgramCache>,
}

impl Languages {
    /// The built-in languages and the user's. Nothing is searched yet.
    pub fn new(mut choices: Choices, machine: Machine) -> Self {
        machine.set_writable(&choices.writable);
        let rows = table::rows(std::mem::take(&mut choices.languages));
        let rows = rows.into_iter().map(|language| Row { language, program: Arc::default() }).collect();
        let prefers_built_in = machine.prefers_built_in();
        let [python, built_in, node, node_types] = std::array::from_fn(|_| Arc::default());
        let searched = OnceCell::new();
        Self { choices, machine, prefers_built_in, rows, python, built_in, node, node_types, searched }
    }

    /// The languages after a change of `choices` or of the machine. Only the interpreters that these change are searched again.
    #[must_use]
    pub fn with(&self, choices: Choices) -> Self {
        let mut new = Self::new(choices, self.machine.clone());
        // An interpreter in a folder that programs may write to since then is not used.
        if new.choices.writable != self.choices.writable {
            return new;
        }
        if new.choices.chooses_science() == self.choices.chooses_science() {
            new.built_in.clone_from(&self.built_in);
        }
        if new.choices.python == self.choices.python && new.prefers_built_in == self.prefers_built_in {
            new.python.clone_from(&self.python);
        }
        if new.choices.node == self.choices.node {
            new.node.clone_from(&self.node);
            new.node_types.clone_from(&self.node_types);
        }
        for row in &mut new.rows {
            if let Some(old) = self.rows.iter().find(|old| old.language.interpreter == row.language.interpreter) {
                row.program.clone_from(&old.program);
            }
        }
        new
    }

    /// The language with that name, alias or common synonym, ignoring case.
    pub fn find(&self, name: &str) -> Option<&Language> {
        self.named(name).or_else(|| self.named(synonyms::meant_by(name.trim())?.as_ref()))
    }

    /// The version in `name`, if the language is found only without it: `3.12` in `python3.12`. An alias such as `python3` has
    /// none.
    pub fn version_in<'a>(&self, name: &'a str) -> Option<&'a str> {
        if self.named(name).is_some() { None } else { synonyms::version_in(name.trim()) }
    }

    /// The language with that name or alias, ignoring case.
    pub fn named(&self, name: &str) -> Option<&Language> {
        let mut languages = self.rows.iter().map(|row| &row.language);
        let by_name = languages.clone().find(|language| language.name.eq_ignore_ascii_case(name));
        by_name.or_else(|| languages.find(|language| has_alias(language, name)))
    }

    /// The first language with that file extension, ignoring case.
    pub fn by_extension(&self, extension: &str) -> Option<&Language> {
        let mut languages = self.rows.iter().map(|row| &row.language);
        languages.find(|language| language.extension.eq_ignore_ascii_case(extension))
    }

    /// The runtime of `language`, which must be in this table. The first call searches and probes it, and so does the first one
    /// after its file has changed; concurrent calls share the result.
    ///
    /// # Errors
    /// The language has no usable interpreter; the error says how to get one.
    pub async fn runtime(&self, language: &Language) -> Result<Arc<Runtime>, Unavailable> {
        if self.choices.container {
            return self.container_runtime(language);
        }
        if self.choices.wasm {
            return self.wasm_runtime(language).await;
        }
        let row = self.row(language)?;
        let program = self.program(row).await?;
        Ok(Arc::new(program.runtime(&row.language)))
    }

    /// Why the user's choices forbid `language`, if they do. Nothing is searched.
    pub fn forbidden(&self, language: &Language) -> Option<Unavailable> {
        let is_off = matches!(language.interpreter, Interpreter::Shell(_)) && !self.choices.shells;
        is_off.then(|| shell::off(&language.name))
    }

    /// The runtime of `language`, which must be in this table, whose programs run in WebAssembly whatever the user's choices are.
    ///
    /// # Errors
    /// `language` is not Python, or the built-in Python, which alone runs programs in WebAssembly, is not installed.
    pub async fn wasm_runtime(&self, language: &Language) -> Result<Arc<Runtime>, Unavailable> {
        let row = self.row(language)?;
        if row.language.interpreter != Interpreter::Python {
            return Err(Unavailable(sentences::NOT_IN_WASM.with("language", &row.language.name)));
        }
        if self.machine.built_in().is_none() {
            return Err(Unavailable(sentences::NO_WASM.message()));
        }
        let choice = Path::new(if self.choices.chooses_science() { SCIENCE } else { BUILT_IN });
        let program = self.built_in.get(|| program::python(&self.machine, Some(choice))).await?;
        Ok(Arc::new(program.runtime(&row.language)))
    }

    /// The runtime of `language` in a container, whatever interpreter the user has chosen. The language must be in this table.
    /// Whether its image is there is not examined.
    ///
    /// # Errors
    /// The user's choices forbid the language or name no image for it, or no container can run it.
    pub fn container_runtime(&self, language: &Language) -> Result<Arc<Runtime>, Unavailable> {
        let row = self.row(language)?;
        match self.forbidden(&row.language) {
            Some(reason) => Err(reason),
            None => container::runtime(&row.language, &self.choices.images).map(Arc::new),
        }
    }

    fn row(&self, language: &Language) -> Result<&Row, Unavailable> {
        let row = self.rows.iter().find(|row| row.language.name == language.name);
        row.ok_or_else(|| Unavailable(sentences::NO_LANGUAGE.with("name", &language.name)))
    }

    /// The names of all languages, in the order of the table.
    pub fn names(&self) -> Vec<&str> {
        self.rows.iter().map(|row| row.language.name.as_str()).collect()
    }

    /// Every language, in the order of the table.
    pub async fn list(&self) -> Vec<Entry> {
        let entries = self
            .rows
            .iter()
            .map(|row| async { Entry { language: row.language.clone(), runtime: self.runtime(&row.language).await } });
        futures_util::future::join_all(entries).await
    }

    /// The paths of all interpreters that no program may add anything to: of the interpreters in use, of those that the user
    /// chose, even if they are missing, and of the built-in Python. The first call searches every interpreter; each call looks
    /// whether the Python in use imports from other folders now.
    pub async fn code(&self) -> Vec<PathBuf> {
        self.searched.get_or_init(|| async { drop(self.list().await) }).await;
        for row in self.rows.iter().filter(|row| row.language.interpreter == Interpreter::Python) {
            drop(self.program(row).await);
        }
        let own = self.rows.iter().map(|row| &row.program);
        let programs = own.chain([&self.python, &self.built_in, &self.node, &self.node_types]);
        let programs = programs.filter_map(|cache| cache.last());
        let mut code: Vec<PathBuf> = programs.flat_map(|program| program.code().to_vec()).collect();
        code.extend(self.chosen_in_vain());
        code.extend(self.machine.code_of_built_in());
        code.sort();
        code.dedup();
        code
    }

    /// The places of interpreters that the user chose and that cannot be used now, so that no program makes one there.
    fn chosen_in_vain(&self) -> Vec<PathBuf> {
        let chosen = [(&self.choices.python, &self.python), (&self.choices.node, &self.node)];
        let chosen = chosen.into_iter().filter_map(|(path, cache)| Some((path.clone()?, cache)));
        let own = self.rows.iter().filter_map(|row| match &row.language.interpreter {
            Interpreter::Command(command) => Some((command.first()?.into(), &row.program)),
            _ => None,
        });
        let missing = chosen.chain(own).filter(|(path, cache)| path.is_absolute() && cache.last().is_none());
        missing.flat_map(|(path, _)| trees::around(&path)).collect()
    }

    async fn program(&self, row: &Row) -> Result<Arc<Program>, Unavailable> {
        if let Some(reason) = self.forbidden(&row.language) {
            return Err(reason);
        }
        match &row.language.interpreter {
            Interpreter::Python => {
                self.python.get(|| program::python(&self.machine, self.choices.python.as_deref())).await
            }
            Interpreter::Node => self.node().await,
            Interpreter::NodeTypes => self.node_types.get(|| self.find_node_types()).await,
            Interpreter::Command(command) => row.program.get(|| program::command(&self.machine, command)).await,
            Interpreter::Shell(shells) => row.program.get(|| shell_search::find(&self.machine, shells)).await,
        }
    }

    async fn node(&self) -> Result<Arc<Program>, Unavailable> {
        self.node.get(|| program::node(&self.machine, self.choices.node.as_deref())).await
    }

    /// JavaScript's Node.js if it is new enough, so that both languages use the same one.
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
