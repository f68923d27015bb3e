//! Access lists of files and folders: rights are added for one identifier and taken away again; the rights of others stay.
#![expect(unsafe_code, reason = "access lists are Win32 calls")]

use std::ffi::c_void;
use std::io;
use std::path::Path;
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_SUCCESS, LocalFree, WIN32_ERROR};
use windows_sys::Win32::Security::Authorization::{
    ACCESS_MODE, EXPLICIT_ACCESS_W, GRANT_ACCESS, GetNamedSecurityInfoW, REVOKE_ACCESS, SE_FILE_OBJECT,
    SetEntriesInAclW, SetNamedSecurityInfoW, TRUSTEE_IS_SID, TRUSTEE_IS_UNKNOWN, TRUSTEE_W,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION, GetAce, INHERIT_ONLY_ACE,
    OBJECT_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID,
    SUB_CONTAINERS_AND_OBJECTS_INHERIT,
};
use windows_sys::Win32::Storage::FileSystem::{
    DELETE, FILE_ALL_ACCESS, FILE_DELETE_CHILD, FILE_GENERIC_EXECUTE, FILE_GENERIC_READ, FILE_GENERIC_WRITE,
};
use windows_sys::Win32::System::SystemServices::ACCESS_ALLOWED_ACE_TYPE;

use super::super::command_line::wide;
use super::sid::Sid;

/// The rights to a file, or to a folder and all in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sys::windows) enum Rights {
    /// To read and to start.
    Read,
    /// Also to write and to delete, but not to change rights.
    Change,
}

impl Rights {
    fn mask(self) -> u32 {
        match self {
            Self::Read => FILE_GENERIC_READ | FILE_GENERIC_EXECUTE,
            Self::Change => Self::Read.mask() | FILE_GENERIC_WRITE | DELETE | FILE_DELETE_CHILD,
        }
    }
}

/// Gives `sid` rights to `path`, and in a folder to all that is or will be in it, which takes a while if that is much.
///
/// # Errors
/// This user may not change the rights, or the disk keeps none.
pub(in crate::sys::windows) fn grant(path: &Path, sid: &Sid, rights: Rights) -> io::Result<()> {
    change(path, sid, GRANT_ACCESS, rights.mask())
}

/// Takes away the rights that [`grant`] gave.
///
/// # Errors
/// This user may not change the rights.
pub(super) fn revoke(path: &Path, sid: &Sid) -> io::Result<()> {
    change(path, sid, REVOKE_ACCESS, 0)
}

/// Whether one entry gives `rights` to one of `sids`.
///
/// # Errors
/// The list cannot be read.
pub(in crate::sys::windows) fn allows(path: &Path, sids: &[&Sid], rights: Rights) -> io::Result<bool> {
    let list = Descriptor::of(path)?;
    Ok(list.allowed(|mask, sid| {
        // SAFETY: `allowed` passes identifiers of entries of the list, which lives as long as `list`.
        mask & rights.mask() == rights.mask() && sids.iter().any(|one| unsafe { one.is(sid) })
    }))
}

/// Whether no entry gives any right to somebody else than `trusted`. Without a list everyone has every right.
///
/// # Errors
/// The list cannot be read.
pub(in crate::sys::windows) fn is_closed(path: &Path, trusted: &[&Sid]) -> io::Result<bool> {
    let list = Descriptor::of(path)?;
    // SAFETY: `allowed` passes identifiers of entries of the list, which lives as long as `list`.
    let others = list.allowed(|mask, sid| mask != 0 && !trusted.iter().any(|one| unsafe { one.is(sid) }));
    Ok(!list.list.is_null() && !others)
}

/// Replaces the list of a folder by one that gives `sids` every right to it and to all in it, and inherits nothing.
///
/// # Errors
/// This user may not change the rights, or the disk keeps none.
pub(in crate::sys::windows) fn close(path: &Path, sids: &[Sid]) -> io::Result<()> {
    let mut list = List(null_mut());
    for sid in sids {
        list = List::with(list.0, sid, GRANT_ACCESS, FILE_ALL_ACCESS)?;
    }
    set(path, &list, DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION)
}

fn change(path: &Path, sid: &Sid, mode: ACCESS_MODE, mask: u32) -> io::Result<()> {
    let old = Descriptor::of(path)?;
    // Without a list everyone has every right. A list with one entry would take all others' away.
    if old.list.is_null() {
        return Err(io::Error::new(io::ErrorKind::Unsupported, "its disk keeps no access rights"));
    }
    set(path, &List::with(old.list, sid, mode, mask)?, DACL_SECURITY_INFORMATION)
}

fn set(path: &Path, list: &List, what: OBJECT_SECURITY_INFORMATION) -> io::Result<()> {
    let path = wide(path.as_os_str())?;
    // SAFETY: the path ends with NUL, and the list is whole. Only the list is changed.
    let result = unsafe {
        let (owner, group, audit) = (null_mut(), null_mut(), null());
        SetNamedSecurityInfoW(path.as_ptr(), SE_FILE_OBJECT, what, owner, group, list.0, audit)
    };
    checked(result)
}

/// The security descriptor of a file, freed when dropped.
struct Descriptor {
    descriptor: PSECURITY_DESCRIPTOR,
    /// Points into the descriptor; null if there is no list.
    list: *mut ACL,
}

impl Descriptor {
    fn of(path: &Path) -> io::Result<Self> {
        let path = wide(path.as_os_str())?;
        let mut found = Self { descriptor: null_mut(), list: null_mut() };
        // SAFETY: the path ends with NUL, and the two places are ours; the others are not asked for.
        let result = unsafe {
            GetNamedSecurityInfoW(
                path.as_ptr(),
                SE_FILE_OBJECT,
                DACL_SECURITY_INFORMATION,
                null_mut(),
                null_mut(),
                &raw mut found.list,
                null_mut(),
                &raw mut found.descriptor,
            )
        };
        checked(result).map(|()| found)
    }

    fn allowed(&self, is_it: impl Fn(u32, PSID) -> bool) -> bool {
        // SAFETY: the list is null or part of the descriptor.
        unsafe { allowed(self.list, is_it) }
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: Windows allocated it for us, or it is null.
        unsafe { LocalFree(self.descriptor) };
    }
}

/// A list that Windows made for us, freed when dropped.
struct List(*mut ACL);

impl List {
    /// `old` with the rights of `sid` changed.
    fn with(old: *const ACL, sid: &Sid, mode: ACCESS_MODE, mask: u32) -> io::Result<Self> {
        let entry = EXPLICIT_ACCESS_W {
            grfAccessPermissions: mask,
            grfAccessMode: mode,
            // Windows ignores it for a file.
            grfInheritance: SUB_CONTAINERS_AND_OBJECTS_INHERIT,
            Trustee: TRUSTEE_W {
                TrusteeForm: TRUSTEE_IS_SID,
                TrusteeType: TRUSTEE_IS_UNKNOWN,
                ptstrName: sid.raw().cast(),
                ..Default::default()
            },
        };
        let mut new = Self(null_mut());
        // SAFETY: the entry and the identifier in it outlive the call, the old list is whole, and the place is ours.
        checked(unsafe { SetEntriesInAclW(1, &raw const entry, old, &raw mut new.0) })?;
        Ok(new)
    }
}

impl Drop for List {
    fn drop(&mut self) {
        // SAFETY: Windows allocated it for us, or it is null.
        unsafe { LocalFree(self.0.cast::<c_void>()) };
    }
}

/// Whether an entry of `list` that allows something, and not only to the content that inherits it, passes `is_it`.
///
/// # Safety
/// `list` is null or a whole list.
unsafe fn allowed(list: *const ACL, is_it: impl Fn(u32, PSID) -> bool) -> bool {
    if list.is_null() {
        return false;
    }
    // SAFETY: it is not null, so the caller says that it is whole.
    let count = unsafe { (*list).AceCount };
    (0..u32::from(count)).any(|index| {
        let mut entry: *mut c_void = null_mut();
        // SAFETY: the list is whole, and the place for the pointer is ours.
        if unsafe { GetAce(list, index, &raw mut entry) } == 0 {
            return false;
        }
        // SAFETY: every entry begins with a header.
        let header = unsafe { *entry.cast::<ACE_HEADER>() };
        if u32::from(header.AceType) != ACCESS_ALLOWED_ACE_TYPE || u32::from(header.AceFlags) & INHERIT_ONLY_ACE != 0 {
            return false;
        }
        let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
        // SAFETY: an entry of this type is of this structure, whose last field is the start of the identifier.
        let (mask, sid) = unsafe { ((*entry).Mask, (&raw mut (*entry).SidStart).cast::<c_void>()) };
        is_it(mask, sid)
    })
}

fn checked(result: WIN32_ERROR) -> io::Result<()> {
    if result == ERROR_SUCCESS { Ok(()) } else { Err(io::Error::from_raw_os_error(result.cast_signed())) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::super::tests::excused;
    use super::*;

    fn gives(list: &List, sid: &Sid, rights: Rights) -> bool {
        // SAFETY: the list was made by Windows, and its entries have whole identifiers.
        unsafe { allowed(list.0, |mask, other| mask & rights.mask() == rights.mask() && sid.is(other)) }
    }

    #[test]
    fn a_list_gains_and_loses_one_identifier() {
        let (one, other) = (Sid::package(&[2, 1, 2, 3]), Sid::package(&[3, 1024, 5]));
        let first = List::with(null(), &one, GRANT_ACCESS, Rights::Change.mask()).expect("a list");
        let both = List::with(first.0, &other, GRANT_ACCESS, Rights::Read.mask()).expect("a list");
        assert!(gives(&both, &one, Rights::Change) && gives(&both, &one, Rights::Read));
        assert!(gives(&both, &other, Rights::Read) && !gives(&both, &other, Rights::Change));
        let rest = List::with(both.0, &other, REVOKE_ACCESS, 0).expect("a list");
        assert!(gives(&rest, &one, Rights::Change) && !gives(&rest, &other, Rights::Read));
    }

    #[test]
    fn a_folder_and_all_in_it_is_granted_and_revoked() {
        let folder = tempfile::tempdir().expect("a folder");
        let (inner, file) = (folder.path().join("inner"), folder.path().join("inner").join("file"));
        fs::create_dir(&inner).expect("a folder");
        fs::write(&file, "x").expect("a file");
        let sid = Sid::package(&[2, 11, 12, 13, 14, 15, 16, 17]);
        grant(folder.path(), &sid, Rights::Read).expect("granted");
        assert_eq!(fs::read_to_string(&file).expect("this user's rights are the same"), "x");
        if !allows(folder.path(), &[&sid], Rights::Read).expect("a list") && excused("keeps no access lists") {
            revoke(folder.path(), &sid).expect("revoked");
            return;
        }
        for path in [folder.path(), &inner, &file] {
            assert!(allows(path, &[&sid], Rights::Read).expect("a list"), "{}", path.display());
            assert!(!allows(path, &[&sid], Rights::Change).expect("a list"), "{}", path.display());
        }
        revoke(folder.path(), &sid).expect("revoked");
        for path in [folder.path(), &inner, &file] {
            assert!(!allows(path, &[&sid], Rights::Read).expect("a list"), "{}", path.display());
        }
    }

    #[test]
    fn what_is_missing_has_no_rights() {
        let missing = Path::new(r"C:\no\such\folder");
        assert!(grant(missing, &Sid::all_packages(), Rights::Read).is_err());
        assert!(allows(missing, &[&Sid::all_packages()], Rights::Read).is_err());
    }
}
