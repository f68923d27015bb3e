//! Finding interpreters on this machine.
//!
//! Candidates come from sources in a fixed order, each is asked once to describe itself, and the first that will do is
//! the one in use. A user's choice is the only candidate for what runs programs: where it is bad, nothing runs instead.
//! Nothing is remembered here; [`Languages`](crate::language::Languages) does that.

mod candidate;
mod discovery;
mod folder;
mod found;
mod install_roots;
mod kind;
mod login_shell;
mod machine;
mod node;
mod probe;
mod python;
mod registry;
mod reparse;
pub(crate) mod search_path;
mod source;
mod stub;

#[cfg(all(test, unix))]
pub(crate) mod fixture;
#[cfg(all(test, unix))]
mod tests;

use crate::text::said::Said;
use crate::text::sentences;
use std::path::{Path, PathBuf};

pub(crate) use crate::interpreter::python::start_files;
use candidate::Candidate;
pub(crate) use discovery::first;
pub use found::{Discovery, Found, Rejected};
pub(crate) use kind::Kind;
pub use machine::{Machine, Platform};
pub use registry::{Registry, View};
pub use source::Source;

/// Every Python on `machine` and everything that looked like one, with the one that `choice` puts in use.
pub async fn pythons(machine: Machine, choice: Option<PathBuf>) -> Discovery {
    discovery::all(Kind::Python, &machine, choice.as_deref()).await
}

/// Whether there is a program at `path`, or one of that name on PATH. It is not started.
///
/// # Errors
/// Why there is none, to follow the path in a sentence.
pub fn check_program(path: &Path) -> Result<(), Said> {
    let machine = Machine::this();
    Candidate::chosen(&machine, path).check(&machine)
}

/// Whether `path`, or the program of that name on PATH, is a Python that can be used.
///
/// # Errors
/// A sentence that says why not.
pub async fn test_python(path: &Path) -> Result<Found, Said> {
    let refused = match first(Kind::Python, &Machine::this(), Some(path), |_| Ok(())).await {
        Ok(found) => return Ok(found),
        Err(refused) => refused,
    };
    let reason = refused.into_iter().next().map_or_else(|| sentences::NOT_LOOKED_AT.said(), |rejected| rejected.reason);
    Err(sentences::REJECTED.with("path", path.display()).with("reason", reason))
}
