//! Preparations for a Python in an AppContainer of Windows: a start-up file of ours, and variables.

#[cfg(all(test, unix))]
mod tests;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::environment::Variables;
#[cfg(windows)]
pub use windows::sandbox_access;

/// The folder of the start-up file, below the run's folder: a program can change only its own.
const START: &str = "start";
const SITECUSTOMIZE: &str = include_str!("sitecustomize.py");

/// The variable that makes a Python import our `sitecustomize`.
const SEARCH_PATH: &str = "PYTHONPATH";

/// Checks that `runtime` can run in an AppContainer with these grants, and adds its start-up file to its folder and to `env`.
///
/// # Errors
/// The runtime or a grant does not work in an AppContainer, or the run's folder cannot be written to.
#[cfg(windows)]
pub(super) fn prepare(
    runtime: &crate::language::Runtime,
    grants: &crate::sys::Grants,
    env: Variables,
    workspace: &crate::workspace::Workspace,
) -> Result<Variables, crate::error::Error> {
    use crate::error::Error;

    if let Some(refusal) = windows::refusal(runtime, grants) {
        return Err(Error::NoSandbox(refusal.message()));
    }
    let start = write(workspace.root()).map_err(Error::Workspace)?;
    Ok(environment(env, &start, &workspace.temporary()))
}

/// Writes the start-up file below `root`, and returns its folder.
fn write(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join(START);
    fs::create_dir(&folder)?;
    fs::write(folder.join("sitecustomize.py"), SITECUSTOMIZE)?;
    Ok(folder)
}

/// `env` with the start-up file in the folder `start`. Windows replaces the variables for temporary files, so the start-up file
/// is told them. Interpreters cannot be written to, so no bytecode is.
fn environment(mut env: Variables, start: &Path, temporary: &Path) -> Variables {
    let is = |name: &OsStr, other: &str| name.eq_ignore_ascii_case(other);
    let given = env.iter().find(|(name, _)| is(name, SEARCH_PATH)).map(|(_, value)| value.clone());
    let folders = [start.to_path_buf()].into_iter().chain(given.iter().flat_map(std::env::split_paths));
    let path = std::env::join_paths(folders).unwrap_or_else(|_| OsString::from(start));
    let ours: [(OsString, OsString); 3] = [
        (SEARCH_PATH.into(), path),
        ("RUNTRAY_TEMPORARY".into(), temporary.into()),
        ("PYTHONDONTWRITEBYTECODE".into(), "1".into()),
    ];
    env.retain(|(name, _)| !ours.iter().any(|(our, _)| our.to_str().is_some_and(|our| is(name, our))));
    env.into_iter().chain(ours).collect()
}

#[cfg(windows)]
mod windows {
    use std::path::PathBuf;

    use crate::isolation::{Policy, Refusal};
    use crate::language::{Prestart, Runtime};
    use crate::spawn::grants;
    use crate::sys::{Access, Grants, access, is_store_program};
    use crate::text::message::LocalizedMessage;

    /// The access that programs of `runtime` need at the level `sandbox`, with the grants of `policy`. `hidden` are the service's
    /// folders.
    ///
    /// # Errors
    /// The sandbox cannot run them, or cannot give these grants.
    pub fn sandbox_access(
        runtime: &Runtime,
        policy: &Policy,
        hidden: &[PathBuf],
    ) -> Result<Vec<Access>, LocalizedMessage> {
        let grants = grants::of(policy, runtime, std::env::home_dir().as_deref(), hidden);
        let reason = grants::refusal(&grants, hidden, false);
        match reason.or_else(|| unfit(runtime, &grants).map(|refusal| refusal.message())) {
            Some(reason) => Err(reason),
            None => Ok(access(&grants)),
        }
    }

    /// Why an AppContainer cannot run programs of `runtime` with these grants.
    pub(super) fn refusal(runtime: &Runtime, grants: &Grants) -> Option<Refusal> {
        unfit(runtime, grants).or_else(|| {
            let needed = access(grants);
            let closed = needed.iter().find(|access| !access.is_given().unwrap_or(false));
            closed.map(|access| Refusal::Closed(access.path().to_path_buf()))
        })
    }

    /// Why the interpreter cannot run in an AppContainer, whatever access it gets.
    fn unfit(runtime: &Runtime, grants: &Grants) -> Option<Refusal> {
        if runtime.prestart != Some(Prestart::Python) {
            return Some(Refusal::Language(runtime.name.clone()));
        }
        let mut programs = std::iter::once(&runtime.path).chain(&grants.interpreter);
        programs.find(|path| is_store_program(path)).map(|store| Refusal::Store(store.clone()))
    }
}
