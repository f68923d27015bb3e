//! The files that can be opened, made and removed: a Landlock ruleset.

use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, PathBeneath, PathFd, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus, Scope,
};

/// The newest version that the library knows. Rights that the kernel does not have are left out.
const NEWEST: ABI = ABI::V10;

/// The files of the machine that the process still needs.
#[derive(Debug, Default)]
pub struct Reach<'a> {
    /// Folders and files to read.
    pub read: Vec<&'a Path>,
    /// Folders to read, and to make, change and remove files in.
    pub write: Vec<&'a Path>,
}

/// Why there is no ruleset.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The kernel refused it.
    #[error(transparent)]
    Ruleset(#[from] landlock::RulesetError),
    /// A folder cannot be opened.
    #[error(transparent)]
    Path(#[from] landlock::PathFdError),
}

/// Limits this process to `reach`. Forbids everything that the kernel can forbid and `reach` does not name: also TCP, signals to
/// other processes and abstract sockets. Returns how much of it the kernel enforces.
pub(super) fn restrict(reach: &Reach<'_>) -> Result<RulesetStatus, Error> {
    // The first version without this right refuses to move files between folders, which programs do: there the ruleset is none.
    let ruleset = Ruleset::default().set_compatibility(CompatLevel::SoftRequirement).handle_access(AccessFs::Refer)?;
    let ruleset = ruleset.set_compatibility(CompatLevel::BestEffort).handle_access(AccessFs::from_all(NEWEST))?;
    let ruleset = ruleset.handle_access(AccessNet::from_all(NEWEST))?.scope(Scope::from_all(NEWEST))?;
    let mut created = ruleset.create()?;
    for (paths, rights) in [(&reach.read, to_read()), (&reach.write, to_write())] {
        for path in paths {
            created = created.add_rule(rule(path, rights)?)?;
        }
    }
    Ok(created.restrict_self()?.ruleset)
}

fn rule(path: &Path, rights: BitFlags<AccessFs>) -> Result<PathBeneath<PathFd>, Error> {
    let of_place = if path.is_dir() { rights } else { rights & AccessFs::from_file(NEWEST) };
    Ok(PathBeneath::new(PathFd::new(path)?, of_place))
}

fn to_read() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::ReadDir
}

/// All that WebAssembly lets a program do in a folder. It makes no devices, pipes or sockets there, and starts nothing.
fn to_write() -> BitFlags<AccessFs> {
    let entries =
        AccessFs::MakeReg | AccessFs::MakeDir | AccessFs::MakeSym | AccessFs::RemoveFile | AccessFs::RemoveDir;
    to_read() | entries | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::Refer
}
