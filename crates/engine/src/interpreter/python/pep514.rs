//! Python in Windows' registry: <https://peps.python.org/pep-0514/>.

use std::path::PathBuf;

use crate::interpreter::folder::newest_first_names;
use crate::interpreter::machine::Machine;
use crate::interpreter::registry::{Registry, View};

const ROOT: &str = r"Software\Python";
/// python.org's company key: the only one whose program's name is known if the key lacks it.
const CORE: &str = "PythonCore";
/// Reserved by the PEP for the launcher's settings.
const RESERVED: &str = "PyLauncher";

/// The registered Pythons of each company, the user's first.
pub(super) fn installed(machine: &Machine) -> Vec<PathBuf> {
    let registry = machine.registry.as_ref();
    let views = if machine.is_windows() { &[View::User, View::Machine64, View::Machine32][..] } else { &[] };
    views.iter().flat_map(|view| of_view(registry, *view)).collect()
}

fn of_view(registry: &dyn Registry, view: View) -> Vec<PathBuf> {
    let mut companies = registry.subkeys(view, ROOT);
    companies.retain(|company| company != RESERVED);
    companies.sort_by_key(|company| company != CORE);
    companies.iter().flat_map(|company| of_company(registry, view, company)).collect()
}

fn of_company(registry: &dyn Registry, view: View, company: &str) -> Vec<PathBuf> {
    let tags = newest_first_names(registry.subkeys(view, &format!(r"{ROOT}\{company}")));
    tags.iter().filter_map(|tag| program(registry, view, company, tag)).collect()
}

fn program(registry: &dyn Registry, view: View, company: &str, tag: &str) -> Option<PathBuf> {
    let key = format!(r"{ROOT}\{company}\{tag}\InstallPath");
    if let Some(program) = registry.value(view, &key, "ExecutablePath").filter(|path| !path.is_empty()) {
        return Some(program.into());
    }
    let folder = registry.value(view, &key, "").filter(|path| !path.is_empty() && company == CORE)?;
    Some(PathBuf::from(folder).join("python.exe"))
}
