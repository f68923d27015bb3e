//! Finds the interpreter of a language, and describes it as a [`Runtime`] or says why there is none.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::activation::Activation;
use super::definition::{Interpreter, Language};
use super::node;
use super::prestart::Prestart;
use super::runtime::{Runtime, Science};
use super::shell;
use super::unavailable::Unavailable;
use crate::interpreter::trees::{self, Trees};
use crate::interpreter::{
    Found, Kind, Machine, OwnPythons, Packages, Rejected, Unpacked, executable, first, offers_science, search_path,
};
use crate::outcome::Isolation;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The most rejected interpreters that a sentence names.
const NAMED: usize = 3;

/// The extensions of executables on Windows.
const STARTED_BY: [&str; 4] = ["exe", "com", "bat", "cmd"];

/// An interpreter, independent of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) version: String,
    activation: Activation,
    /// Its files and folders.
    trees: Trees,
    built_in: bool,
    /// The folder of the science pack, if it is the built-in Python with that.
    science: Option<PathBuf>,
    /// Whether it is the built-in Python without the science pack, which can be added.
    offers_science: bool,
    /// The packages that were added to the built-in Python.
    packages: Option<Packages>,
    /// The files that the built-in Python has unpacked.
    unpacked: Option<Unpacked>,
    /// The machine's own Pythons, which may have modules that the built-in one lacks.
    own_pythons: Option<OwnPythons>,
}

impl Program {
    /// The paths that no program may add anything to.
    pub(super) fn code(&self) -> &[PathBuf] {
        &self.trees.code
    }

    /// The runtime of `language` with this interpreter.
    pub(super) fn runtime(&self, language: &Language) -> Runtime {
        let interpreter = &language.interpreter;
        let is_node = matches!(interpreter, Interpreter::Node | Interpreter::NodeTypes);
        // Only Node.js knows these arguments; other interpreters would refuse them.
        let transform_args = node::transform_args(&self.version).filter(|_| is_node);
        Runtime {
            language: language.name.clone(),
            name: self.name.clone(),
            version: self.version.clone(),
            path: self.path.clone(),
            args: self.args(interpreter),
            transform_args: transform_args.map(|args| args.into_iter().map(OsString::from).collect()),
            transforms: false,
            announces: is_node && node::announces_types(&self.version),
            args_in_sight: self.args_in_sight(interpreter),
            activation: self.activation.clone(),
            trees: self.trees.readable.clone(),
            code: self.trees.code.clone(),
            open: self.trees.open.clone(),
            extension: language.extension.clone(),
            prestart: if self.built_in { Some(Prestart::BuiltIn) } else { Prestart::of(interpreter) },
            isolation: if self.built_in { Isolation::Wasm } else { Isolation::None },
            image: None,
            is_sealed: self.built_in,
            science: self.science(),
            own_pythons: self.own_pythons.clone(),
        }
    }

    fn science(&self) -> Science {
        match self.science.is_some() {
            true => Science::Added,
            false if self.offers_science => Science::Offered,
            false => Science::Absent,
        }
    }

    /// Whether its packages, its unpacked files and the folders that it imports from are unchanged.
    pub(super) fn has_its_files(&self) -> bool {
        self.packages.as_ref().is_none_or(Packages::is_current)
            && self.unpacked.as_ref().is_none_or(Unpacked::is_current)
            && self.trees.are_current()
    }

    fn args_in_sight(&self, interpreter: &Interpreter) -> Vec<OsString> {
        match interpreter {
            Interpreter::Node | Interpreter::NodeTypes => {
                node::args_in_sight(&self.version).into_iter().map(OsString::from).collect()
            }
            Interpreter::Python | Interpreter::Command(_) | Interpreter::Shell(_) => Vec::new(),
        }
    }

    fn args(&self, interpreter: &Interpreter) -> Vec<OsString> {
        match interpreter {
            Interpreter::Python => {
                let site = self.packages.as_ref().and_then(|packages| packages.site.as_ref());
                let options = [("--image", self.science.as_ref()), ("--packages", site)];
                let given = options.into_iter().filter_map(|(option, folder)| Some([option.into(), folder?.into()]));
                self.unpacked.iter().flat_map(Unpacked::args).chain(given.flatten()).collect()
            }
            Interpreter::Node => node::script_args(&self.version).into_iter().map(OsString::from).collect(),
            Interpreter::NodeTypes => node::types_args(&self.version).into_iter().map(OsString::from).collect(),
            Interpreter::Command(command) => command.iter().skip(1).map(OsString::from).collect(),
            Interpreter::Shell(shells) => shell::args(shells, &self.name),
        }
    }
}

/// A found interpreter with its activation.
fn program(found: Found, activation: fn(&Found) -> Activation, trees: Trees) -> Program {
    // Inside the built-in one there are no other programs to start.
    let activation = if found.built_in { Activation::default() } else { activation(&found) };
    let (name, built_in) = (found.name(), found.built_in);
    let Found { path, version, science, unpacked, .. } = found;
    let offers_science = built_in && offers_science(&path);
    let (packages, own_pythons) = (None, None);
    Program {
        name,
        activation,
        trees,
        path,
        version,
        built_in,
        science,
        offers_science,
        packages,
        unpacked,
        own_pythons,
    }
}

/// The Python in use.
pub(super) async fn python(machine: &Machine, choice: Option<&Path>) -> Result<Program, Unavailable> {
    let found = first(Kind::Python, machine, choice, |_| Ok(())).await;
    let found = found.map_err(|refused| nothing(Kind::Python, choice, &refused))?;
    // The built-in one isolates its programs itself.
    let trees = match found.built_in {
        true => Trees::of_code([found.path.clone()].into_iter().chain(found.science.clone()).collect()),
        false => trees::of_python(machine, &found).await,
    };
    let own_pythons = found.built_in.then(|| OwnPythons::of(machine));
    let packages = machine.packages().filter(|_| found.built_in);
    Ok(Program { packages, own_pythons, ..program(found, Activation::of_python, trees) })
}

/// The Node.js in use.
pub(super) async fn node(machine: &Machine, choice: Option<&Path>) -> Result<Program, Unavailable> {
    let found = first(Kind::Node, machine, choice, |_| Ok(())).await;
    found.map(|found| node_program(machine, found)).map_err(|refused| nothing(Kind::Node, choice, &refused))
}

/// The first Node.js that strips types.
pub(super) async fn node_types(machine: &Machine) -> Option<Program> {
    let accept = |found: &Found| node::check_types(&found.version);
    first(Kind::Node, machine, None, accept).await.ok().map(|found| node_program(machine, found))
}

fn node_program(machine: &Machine, found: Found) -> Program {
    let trees = trees::of_node(machine, &found);
    program(found, Activation::of_node, trees)
}

/// Why TypeScript does not run on the Node.js in use.
pub(super) fn no_types(node: &Program, reason: LocalizedMessage) -> Unavailable {
    Unavailable(sentences::NO_TYPES.with("path", node.path.display()).with("reason", reason))
}

/// The program of a user-defined language.
pub(super) async fn command(machine: &Machine, command: &[String]) -> Result<Program, Unavailable> {
    let name = command.first().cloned().unwrap_or_default();
    let machine = machine.clone();
    let look = move || locate(&machine, &name);
    tokio::task::spawn_blocking(look)
        .await
        .map_err(|error| Unavailable(sentences::SEARCH_BROKE.with("error", error.to_string())))?
}

pub(super) fn locate(machine: &Machine, name: &str) -> Result<Program, Unavailable> {
    let is_path = name.contains(['/', '\\']);
    let path = if is_path { Some(PathBuf::from(name)) } else { search_path::find(machine, name) };
    let path = path.ok_or_else(|| Unavailable(sentences::COMMAND_NOT_ON_PATH.with("name", name)))?;
    if let Some(folder) = machine.lets_programs_change(&path).filter(|_| !is_path) {
        return Err(Unavailable(sentences::COMMAND_WRITABLE.with("name", name).with("folder", folder.display())));
    }
    if !path.is_absolute() {
        return Err(Unavailable(sentences::COMMAND_RELATIVE.with("name", name)));
    }
    if !executable::is_program(&path) {
        return Err(Unavailable(sentences::COMMAND_UNUSABLE.with("name", name)));
    }
    let (name, activation, trees) = (display_name(&path), Activation::default(), trees::of_program(machine, &path));
    Ok(Program {
        name,
        path,
        version: String::new(),
        activation,
        trees,
        built_in: false,
        science: None,
        offers_science: false,
        packages: None,
        unpacked: None,
        own_pythons: None,
    })
}

/// The file's name, without an executable's extension on Windows. The `.4` of `lua5.4` is no extension.
fn display_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.rsplit_once('.').filter(|(stem, extension)| {
        !stem.is_empty() && STARTED_BY.iter().any(|known| extension.eq_ignore_ascii_case(known))
    });
    stem.map_or(name.as_ref(), |(stem, _)| stem).to_owned()
}

/// The error when no interpreter was accepted, with the reasons of the rejected ones.
fn nothing(kind: Kind, choice: Option<&Path>, refused: &[Rejected]) -> Unavailable {
    let name = kind.name();
    let advice = if kind == Kind::Python { sentences::INSTALL_PYTHON } else { sentences::INSTALL_NODE }.message();
    let reason = |rejected: &Rejected| {
        sentences::REJECTED.with("path", rejected.path.display()).with("reason", rejected.reason.clone())
    };
    let reasons: Vec<_> = refused.iter().take(NAMED).map(reason).collect();
    Unavailable(match (choice, reasons.is_empty()) {
        (Some(_), _) => sentences::CHOSEN_UNUSABLE.with("name", name).with("reasons", reasons),
        (None, true) => sentences::NONE_FOUND.with("name", name).with("advice", advice),
        (None, false) => sentences::NONE_USABLE.with("name", name).with("reasons", reasons).with("advice", advice),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::display_name;

    #[test]
    fn a_version_is_part_of_the_name() {
        for (file, name) in [
            ("lua5.4", "lua5.4"),
            ("python3.12", "python3.12"),
            ("ruby3.1", "ruby3.1"),
            ("php8.2.EXE", "php8.2"),
            ("node.exe", "node"),
            ("tsx.CMD", "tsx"),
            ("perl5.36.0", "perl5.36.0"),
            ("run.sh", "run.sh"),
            (".exe", ".exe"),
            ("bash", "bash"),
        ] {
            assert_eq!(display_name(&Path::new("/bin").join(file)), name, "{file}");
        }
    }
}
