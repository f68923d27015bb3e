//! The run's Landlock ruleset. There is only one, because under a second one files could no longer be moved between folders.

use std::fs::File;
use std::io;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, PathBeneath, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use nix::errno::Errno;
use nix::libc;

use super::paths::Access;
use crate::sys::linux::sandbox::granted::{self, Grant, Granted};

/// The newest version that the library knows. Rights that the kernel does not have are left out.
const NEWEST: ABI = ABI::V10;

/// The version of Landlock's interface; 0 without Landlock.
pub(super) fn abi() -> u32 {
    const VERSION: libc::c_ulong = 1;
    let none: libc::c_ulong = 0;
    // SAFETY: with this flag the call takes no pointer, and returns a number.
    #[expect(unsafe_code, reason = "there is no wrapper that tells the version")]
    let version = Errno::result(unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, none, none, VERSION) });
    version.ok().and_then(|version| u32::try_from(version).ok()).unwrap_or(0)
}

/// Restricts this process and its descendants to `access` and to the `granted` paths. Paths that do not exist are left out.
/// Without a network of its own the run may not use the machine's either.
pub(super) fn restrict(access: &Access, granted: &Granted, own_network: bool) -> io::Result<()> {
    match enforce(access, granted, own_network) {
        Ok(RulesetStatus::NotEnforced) => Err(Errno::ENOSYS.into()),
        Ok(_) => Ok(()),
        // The library's errors keep no error number; each has one that the system call set.
        Err(_) => Err(Errno::EACCES.into()),
    }
}

fn enforce(access: &Access, granted: &Granted, own_network: bool) -> Result<RulesetStatus, RulesetError> {
    let read = AccessFs::from_read(NEWEST);
    let device: BitFlags<AccessFs> = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::IoctlDev;
    let mut ruleset = Ruleset::default().handle_access(AccessFs::from_all(NEWEST))?.scope(Scope::from_all(NEWEST))?;
    if !own_network {
        ruleset = ruleset.handle_access(AccessNet::from_all(NEWEST))?;
    }
    let created = ruleset
        .create()?
        .add_rules(path_beneath_rules(&access.read, read))?
        .add_rules(path_beneath_rules(&access.write, AccessFs::from_all(NEWEST)))?
        .add_rules(path_beneath_rules(&access.devices, device | AccessFs::ReadDir))?
        .add_rules(granted.paths.values().filter_map(rule))?;
    Ok(created.restrict_self()?.ruleset)
}

/// The rule for a granted path, which holds for the open file, wherever it is.
fn rule(grant: &Grant) -> Option<Result<PathBeneath<&File>, RulesetError>> {
    let access = match grant.access {
        granted::Access::Pinned => return None,
        granted::Access::Read | granted::Access::Kept => AccessFs::from_read(NEWEST),
        granted::Access::Write => AccessFs::from_all(NEWEST),
    };
    let is_folder = grant.held.metadata().is_ok_and(|held| held.is_dir());
    let access = if is_folder { access } else { access & AccessFs::from_file(NEWEST) };
    Some(Ok(PathBeneath::new(&grant.held, access)))
}
