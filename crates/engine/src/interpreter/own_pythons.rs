//! The own Pythons of a machine, searched for a module that the built-in one does not have.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::discovery::all;
use super::found::Found;
use super::kind::Kind;
use super::machine::Machine;
use super::trees;

/// How long an answer waits for the search. The Pythons may have to be started for it, once.
const PATIENCE: Duration = Duration::from_secs(3);

/// The longest name of a module that is searched.
const LONGEST: usize = 64;

/// The folder of extension modules, below the standard library.
const DYNAMIC: &str = "lib-dynload";

/// The own Pythons of a machine. They do not count when runtimes are compared.
#[derive(Debug, Clone)]
pub struct OwnPythons(Machine);

impl PartialEq for OwnPythons {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for OwnPythons {}

impl OwnPythons {
    /// The Pythons of `machine`. Nothing is searched yet.
    pub(crate) fn of(machine: &Machine) -> Self {
        Self(machine.clone())
    }

    /// The first Python that has `module`; `None` if none was found in time.
    pub(crate) async fn with_module(&self, module: &str) -> Option<Found> {
        timeout(PATIENCE, self.search(module)).await.ok().flatten()
    }

    async fn search(&self, module: &str) -> Option<Found> {
        if !is_name(module) {
            return None;
        }
        for found in all(Kind::Python, &self.0, None).await.found.into_iter().filter(|found| !found.built_in) {
            let libraries = trees::libraries(&self.0, &found).await;
            let module = module.to_owned();
            if spawn_blocking(move || libraries.iter().any(|library| has(library, &module))).await.is_ok_and(|has| has)
            {
                return Some(found);
            }
        }
        None
    }
}

/// Whether `module` can be the name of a module. The name is text that a program printed, and becomes part of a path.
fn is_name(module: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    !module.is_empty() && module.len() <= LONGEST && module.chars().all(is_letter)
}

/// Whether the folder `library` has `module` as a package, a file or an extension.
fn has(library: &Path, module: &str) -> bool {
    let is_extension = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let rest = name.strip_prefix(module).and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| rest.ends_with("so") || rest.ends_with("pyd"))
    };
    let lists_extension = |folder: &Path| {
        fs::read_dir(folder).is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|e| is_extension(e.path()))))
    };
    library.join(module).is_dir()
        || library.join(format!("{module}.py")).is_file()
        || lists_extension(library)
        || lists_extension(&library.join(DYNAMIC))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{has, is_name};

    #[test]
    fn modules_are_packages_files_and_extensions() {
        let folder = tempfile::tempdir().expect("a folder");
        let library = folder.path();
        for name in ["numpy", "lib-dynload"] {
            fs::create_dir(library.join(name)).expect("a folder");
        }
        for name in ["six.py", "_cffi.cpython-313-x86_64-linux-gnu.so", "win.pyd", "lib-dynload/_ssl.abi3.so", "a.txt"]
        {
            fs::write(library.join(name), "").expect("a file");
        }
        for module in ["numpy", "six", "_cffi", "win", "_ssl"] {
            assert!(has(library, module), "{module}");
        }
        for module in ["num", "a", "_cff", "ssl", "nothing"] {
            assert!(!has(library, module), "{module}");
        }
    }

    #[test]
    fn what_is_no_name_is_not_searched() {
        assert!(is_name("numpy") && is_name("_x1"));
        for text in ["", "..", "a/b", "a.b", "a b", "c:d", "ä", &"x".repeat(65)] {
            assert!(!is_name(text), "{text}");
        }
    }
}
