//! A folder outside of the user's profile, which other users could read: it gets an access list of its own.
#![expect(unsafe_code, reason = "the user of this process is asked for by Win32 calls")]

use std::io;
use std::path::Path;

use super::app_container::{acl, sid::Sid};
use super::connection_owner;

/// The accounts of Windows itself and of this machine's administrators. Both can read everything anyway.
const SYSTEM: [u32; 1] = [18];
const ADMINISTRATORS: [u32; 2] = [32, 544];
/// The owner of a file.
const OWNER: [u32; 1] = [4];

/// Closes `folder` to other users, if it is outside of the profile of this one and open to them.
///
/// # Errors
/// Its access list cannot be read or changed, or its disk keeps none.
pub(crate) fn close(folder: &Path) -> io::Result<()> {
    let is_in_profile = std::env::home_dir().is_some_and(|profile| is_in(folder, &profile));
    if is_in_profile { Ok(()) } else { close_to_others(folder) }
}

fn close_to_others(folder: &Path) -> io::Result<()> {
    let user = connection_owner::own_user()?;
    // SAFETY: the identifier is part of `user`, which lives longer.
    let user = unsafe { Sid::copied(user.sid()) };
    let own = [user, Sid::of_system(&SYSTEM), Sid::of_system(&ADMINISTRATORS)];
    let owner = Sid::of_owner(&OWNER);
    let trusted: Vec<&Sid> = own.iter().chain([&owner]).collect();
    if acl::is_closed(folder, &trusted)? { Ok(()) } else { acl::close(folder, &own) }
}

fn is_in(folder: &Path, profile: &Path) -> bool {
    let real = |path: &Path| path.canonicalize();
    real(folder).is_ok_and(|folder| real(profile).is_ok_and(|profile| folder.starts_with(profile)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::tests::excused;
    use super::{Sid, acl, close_to_others, is_in};

    #[test]
    fn only_this_user_and_the_system_keep_rights() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("inner").join("file");
        fs::create_dir(folder.path().join("inner")).expect("a folder");
        fs::write(&file, "x").expect("a file");
        let everyone = Sid::everyone();
        acl::grant(folder.path(), &everyone, acl::Rights::Read).expect("granted");
        if !acl::allows(folder.path(), &[&everyone], acl::Rights::Read).expect("a list")
            && excused("keeps no access lists")
        {
            return;
        }
        for _ in 0..2 {
            close_to_others(folder.path()).expect("closed");
            for path in [folder.path(), &file] {
                let is_open = acl::allows(path, &[&everyone], acl::Rights::Read).expect("a list");
                if is_open && excused("makes access lists of modes") {
                    return;
                }
                assert!(!is_open, "{}", path.display());
            }
        }
        assert_eq!(fs::read_to_string(&file).expect("this user's rights are the same"), "x");
        fs::write(folder.path().join("new"), "y").expect("this user may write");
    }

    #[test]
    fn a_folder_of_the_profile_is_told_from_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).expect("a folder");
        assert!(is_in(&inner, folder.path()) && !is_in(folder.path(), &inner));
    }
}
