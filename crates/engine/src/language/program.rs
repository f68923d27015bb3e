//! What runs a language: found, asked, and told as a [`Runtime`] or as a sentence that says why there is none.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Ahead, Interpreter, Language, Runtime, Surroundings, Unavailable, node};
use crate::interpreter::{Found, Kind, Machine, Rejected, first, search_path};

/// How many refused interpreters a sentence names.
const NAMED: usize = 3;

/// The extensions of what Windows starts.
const STARTED_BY: [&str; 4] = ["exe", "com", "bat", "cmd"];

/// An interpreter, whatever language it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) version: String,
    surroundings: Surroundings,
}

impl Program {
    /// How `language` runs with it.
    pub(super) fn runtime(&self, language: &Language) -> Runtime {
        let interpreter = &language.interpreter;
        let is_node = matches!(interpreter, Interpreter::Node | Interpreter::NodeTypes);
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
            surroundings: self.surroundings.clone(),
            extension: language.extension.clone(),
            ahead: Ahead::of(interpreter),
        }
    }

    fn args_in_sight(&self, interpreter: &Interpreter) -> Vec<OsString> {
        match interpreter {
            Interpreter::Node | Interpreter::NodeTypes => {
                node::args_in_sight(&self.version).into_iter().map(OsString::from).collect()
            }
            Interpreter::Python | Interpreter::Command(_) => Vec::new(),
        }
    }

    fn args(&self, interpreter: &Interpreter) -> Vec<OsString> {
        match interpreter {
            Interpreter::Python => Vec::new(),
            Interpreter::Node => node::script_args(&self.version).into_iter().map(OsString::from).collect(),
            Interpreter::NodeTypes => node::types_args(&self.version).into_iter().map(OsString::from).collect(),
            Interpreter::Command(command) => command.iter().skip(1).map(OsString::from).collect(),
        }
    }
}

/// What was found, with its surroundings.
fn program(found: Found, surroundings: fn(&Found) -> Surroundings) -> Program {
    let name = format!("{} {}", found.implementation, found.version);
    Program { name, surroundings: surroundings(&found), path: found.path, version: found.version }
}

/// The Python in use.
pub(super) async fn python(machine: &Machine, choice: Option<&Path>) -> Result<Program, Unavailable> {
    let advice = "install Python 3.8 or newer (from python.org, or `apt install python3` on Debian and Ubuntu)";
    let found = first(Kind::Python, machine, choice, |_| Ok(())).await;
    let found = found.map(|found| program(found, Surroundings::of_python));
    found.map_err(|refused| nothing(Kind::Python, choice, &refused, advice))
}

/// The Node.js in use.
pub(super) async fn node(machine: &Machine, choice: Option<&Path>) -> Result<Program, Unavailable> {
    let advice = "install Node.js (from nodejs.org, or `apt install nodejs` on Debian and Ubuntu)";
    let found = first(Kind::Node, machine, choice, |_| Ok(())).await;
    let found = found.map(|found| program(found, Surroundings::of_node));
    found.map_err(|refused| nothing(Kind::Node, choice, &refused, advice))
}

/// The first Node.js that strips types.
pub(super) async fn node_types(machine: &Machine) -> Option<Program> {
    let accept = |found: &Found| node::check_types(&found.version);
    first(Kind::Node, machine, None, accept).await.ok().map(|found| program(found, Surroundings::of_node))
}

/// Why TypeScript does not run on the Node.js in use.
pub(super) fn no_types(node: &Program, reason: &str) -> Unavailable {
    let path = node.path.display();
    Unavailable(format!("{path} {reason}: install a newer one from nodejs.org, or choose one in the settings"))
}

/// The program of a row of the user's.
pub(super) async fn command(machine: &Machine, command: &[String]) -> Result<Program, Unavailable> {
    let name = command.first().cloned().unwrap_or_default();
    let machine = machine.clone();
    let look = move || locate(&machine, &name);
    tokio::task::spawn_blocking(look).await.map_err(|error| Unavailable(error.to_string()))?
}

fn locate(machine: &Machine, name: &str) -> Result<Program, Unavailable> {
    let is_path = name.contains(['/', '\\']);
    let path = if is_path { Some(PathBuf::from(name)) } else { search_path::find(machine, name) };
    let path = path.ok_or_else(|| {
        Unavailable(format!("`{name}` is not on PATH: install it, or give its whole path in the settings"))
    })?;
    if !path.is_absolute() {
        return Err(Unavailable(format!("`{name}` is a relative path: give its whole path in the settings")));
    }
    if !search_path::is_program(&path) {
        return Err(Unavailable(format!("{name} does not exist or is not executable: correct it in the settings")));
    }
    Ok(Program { name: shown(&path), path, version: String::new(), surroundings: Surroundings::default() })
}

/// The name of a program for people: its file's, without what Windows starts programs by. `lua5.4` has no extension.
fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.rsplit_once('.').filter(|(stem, extension)| {
        !stem.is_empty() && STARTED_BY.iter().any(|known| extension.eq_ignore_ascii_case(known))
    });
    stem.map_or(name.as_ref(), |(stem, _)| stem).to_owned()
}

/// Why there is no interpreter, from what was refused.
fn nothing(kind: Kind, choice: Option<&Path>, refused: &[Rejected], advice: &str) -> Unavailable {
    let name = kind.name();
    let reasons: Vec<String> =
        refused.iter().take(NAMED).map(|rejected| format!("{} {}", rejected.path.display(), rejected.reason)).collect();
    let reasons = reasons.join("; ");
    Unavailable(match (choice, reasons.is_empty()) {
        (Some(_), _) => format!("the chosen {name} cannot be used: {reasons}. Choose another in the settings"),
        (None, true) => format!("no {name} was found: {advice}, or choose one in the settings"),
        (None, false) => format!("no {name} was found that can be used: {reasons}. To get one, {advice}"),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::shown;

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
            assert_eq!(shown(&Path::new("/bin").join(file)), name, "{file}");
        }
    }
}
