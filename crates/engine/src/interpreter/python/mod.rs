//! Python: its sources and its description.

mod environments;
pub(super) mod launcher;
mod managers;
mod pep514;
mod start_files;
mod store;
mod system;
#[cfg(all(test, unix))]
mod tests;

pub(crate) use start_files::start_files;

use std::path::PathBuf;

use serde::Deserialize;

use super::answer::Answer;
use super::candidate::Candidate;
use super::found::Found;
use super::machine::Machine;
use super::source::Source;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The oldest supported version.
const OLDEST: (u32, u32) = (3, 8);

/// The sources on `machine`, in the order of the search. The built-in Python comes first where nothing else keeps programs from
/// the user's files.
pub(super) fn sources(machine: &Machine) -> &'static [Source] {
    if machine.prefers_built_in() { &SOURCES[..SOURCES.len() - 1] } else { &SOURCES[1..] }
}

/// The built-in Python is first or last.
const SOURCES: [Source; 16] = [
    Source::BuiltIn,
    Source::VirtualEnv,
    Source::ActiveConda,
    Source::Project,
    Source::Path,
    Source::Uv,
    Source::Pyenv,
    Source::Conda,
    Source::Asdf,
    Source::Mise,
    Source::Homebrew,
    Source::PythonOrg,
    Source::Registry,
    Source::Launcher,
    Source::Store,
    Source::BuiltIn,
];

/// Ignores the user's `PYTHON…` variables and all packages, and writes no bytecode. `-I` is not used: Python 2 rejects it and
/// could not report its version. Instead the current folder is removed from `sys.path` before the first import. With `-S`
/// nothing is imported from folders that programs may write to. Of `site`, which detects a virtual environment before 3.14,
/// only that is done.
pub(super) const PROBE_ARGS: [&str; 6] = [
    "-E",
    "-s",
    "-S",
    "-B",
    "-c",
    concat!(
        "import sys; sys.path[:] = sys.path[sys.path[:1] == ['']:]; import json, site; ",
        "site.addsitepackages = lambda known, *rest: known; getattr(site, 'venv', set)(set()); get = lambda name, other: getattr(sys, name, other); ",
        "print(json.dumps({'version': list(sys.version_info), 'executable': sys.executable, 'prefix': sys.prefix, ",
        "'base_prefix': get('base_prefix', sys.prefix), ",
        "'implementation': getattr(get('implementation', None), 'name', 'cpython')}))",
    ),
];

/// The output of the script.
#[derive(Debug, Deserialize)]
struct Description {
    version: (u32, u32, u32, String, u32),
    implementation: String,
    executable: Option<PathBuf>,
    prefix: PathBuf,
    base_prefix: PathBuf,
}

/// The candidates of `source`.
pub(super) fn locations(machine: &Machine, source: Source) -> Vec<PathBuf> {
    match source {
        Source::BuiltIn => machine.built_in.iter().cloned().collect(),
        Source::VirtualEnv => environments::active(machine),
        Source::ActiveConda => environments::conda(machine),
        Source::Project => environments::project(machine),
        Source::Path => system::on_path(machine),
        Source::Uv => managers::uv(machine),
        Source::Pyenv => managers::pyenv(machine),
        Source::Conda => managers::conda(machine),
        Source::Asdf => managers::asdf(machine),
        Source::Mise => managers::mise(machine),
        Source::Homebrew => system::homebrew(machine),
        Source::PythonOrg => system::python_org(machine),
        Source::Registry => pep514::installed(machine),
        Source::Store => store::installed(machine),
        _ => Vec::new(),
    }
}

/// Parses the description, ignoring the output of the Python's own start-up files.
pub(super) fn read(candidate: &Candidate, answer: &Answer) -> Result<Found, LocalizedMessage> {
    let description = answer.stdout.lines().rev().find_map(|line| serde_json::from_str::<Description>(line).ok());
    let description = description.ok_or_else(|| answer.undescribed("Python"))?;
    let version = version(&description.version);
    let implementation = implementation(&description.implementation);
    if (description.version.0, description.version.1) < OLDEST {
        let (major, minor) = OLDEST;
        return Err(sentences::OLD_PYTHON.with("version", version).with("oldest", format!("{major}.{minor}")));
    }
    // WebAssembly knows no path of the program.
    let executable = description.executable.filter(|path| !path.as_os_str().is_empty() && !candidate.built_in);
    Ok(Found {
        path: candidate.resolved(executable.clone()),
        executable: executable.unwrap_or_else(|| candidate.path.clone()),
        version,
        implementation,
        virtual_environment: description.prefix != description.base_prefix,
        prefix: description.prefix,
        source: candidate.source,
        built_in: candidate.built_in,
        science: candidate.science.clone(),
        in_use: false,
    })
}

/// For example `3.14.0rc2`.
fn version((major, minor, micro, level, serial): &(u32, u32, u32, String, u32)) -> String {
    let suffix = match level.as_str() {
        "alpha" => format!("a{serial}"),
        "beta" => format!("b{serial}"),
        "candidate" => format!("rc{serial}"),
        _ => String::new(),
    };
    format!("{major}.{minor}.{micro}{suffix}")
}

fn implementation(name: &str) -> String {
    match name {
        "cpython" => "CPython".into(),
        "pypy" => "PyPy".into(),
        "graalpy" => "GraalPy".into(),
        other => other.into(),
    }
}
