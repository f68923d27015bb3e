//! Discovers interpreters on this machine.
//!
//! Candidates come from sources in a fixed order. Each is probed once, and the first usable one wins. A configured interpreter
//! is never replaced by another: if it is unusable, nothing runs. The clones of a [`Machine`] share the answers of interpreters;
//! which interpreter a language uses is cached by [`Languages`](crate::language::Languages).
//!
//! `built_in` finds the built-in Python beside this program, and `unpacked` is its report about its unpacked files. `trees` lists
//! the files of an interpreter for the sandbox.

mod answer;
mod built_in;
mod candidate;
mod discovery;
pub(crate) mod executable;
mod folder;
mod found;
mod install_roots;
mod kind;
mod login_shell;
mod machine;
mod node;
mod own_pythons;
mod packages;
mod probe;
mod probe_cache;
mod python;
mod registry;
mod reparse;
pub(crate) mod search_path;
mod source;
mod stub;
pub(crate) mod trees;
mod unpacked;
mod watched;
mod writable;

#[cfg(all(test, unix))]
pub(crate) mod fixture;
#[cfg(all(test, unix))]
mod tests;

use crate::text::message::LocalizedMessage;
use crate::text::sentences;
use std::path::{Path, PathBuf};

pub(crate) use crate::interpreter::python::start_files;
pub(crate) use built_in::offers_science;
pub use built_in::{BUILT_IN, SCIENCE};
use candidate::Candidate;
pub(crate) use discovery::first;
pub use found::{Discovery, Found, Rejected};
pub(crate) use kind::Kind;
pub use machine::{Machine, Platform};
pub use own_pythons::OwnPythons;
pub(crate) use packages::Packages;
pub use registry::{Registry, View};
pub use source::Source;
pub use unpacked::Unpacked;

/// All Pythons on `machine` and all rejected candidates, with the one in use marked, given the user's `choice`.
pub async fn pythons(machine: Machine, choice: Option<PathBuf>) -> Discovery {
    discovery::all(Kind::Python, &machine, choice.as_deref()).await
}

/// Checks that there is a program at `path`, or one of that name on PATH, without starting it. [`BUILT_IN`] and [`SCIENCE`] are
/// built-in ones; whether the science pack was added is not known here.
///
/// # Errors
/// The program is missing; the error follows its path in a sentence.
pub fn check_program(path: &Path) -> Result<(), LocalizedMessage> {
    let machine = Machine::this();
    let has_built_in = machine.built_in.is_some();
    let path = if path == Path::new(SCIENCE) && has_built_in { Path::new(BUILT_IN) } else { path };
    Candidate::chosen(&machine, path).check(&machine)
}

/// Probes `path`, or the program of that name on PATH, as a Python, even if its answer is known.
///
/// # Errors
/// The program cannot be used as a Python; the error is a sentence.
pub async fn test_python(machine: &Machine, path: &Path) -> Result<Found, LocalizedMessage> {
    let candidate = Candidate::chosen(machine, path);
    machine.probes.forget(Kind::Python.probe_args(), &candidate.path, candidate.science.as_deref()).await;
    let refused = match first(Kind::Python, machine, Some(path), |_| Ok(())).await {
        Ok(found) => return Ok(found),
        Err(refused) => refused,
    };
    let reason =
        refused.into_iter().next().map_or_else(|| sentences::NOT_LOOKED_AT.message(), |rejected| rejected.reason);
    Err(sentences::REJECTED.with("path", path.display()).with("reason", reason))
}
