//! Security identifiers.
#![expect(unsafe_code, reason = "Windows hands them out as pointers")]

use std::ffi::c_void;
use std::ptr::copy_nonoverlapping;

use windows_sys::Win32::Security::{EqualSid, GetLengthSid, PSID};

/// The authority of app packages and capabilities.
const APP_PACKAGES: u32 = 15;
/// The authorities of users and Windows' own accounts, of the owner of a file, and of everyone.
const ACCOUNTS: u32 = 5;
const CREATORS: u32 = 3;
#[cfg(test)]
const WORLD: u32 = 1;

/// A security identifier in memory of ours, aligned as Windows wants it.
#[derive(Debug, Clone)]
pub(in crate::sys::windows) struct Sid(Box<[u32]>);

impl Sid {
    /// Every AppContainer. Windows lets them read its own folders and the folders of installed programs.
    pub(super) fn all_packages() -> Self {
        Self::package(&[2, 1])
    }

    /// An identifier of app packages with these parts.
    pub(super) fn package(parts: &[u32]) -> Self {
        Self::of(APP_PACKAGES, parts)
    }

    /// An account of Windows itself with these parts.
    pub(in crate::sys::windows) fn of_system(parts: &[u32]) -> Self {
        Self::of(ACCOUNTS, parts)
    }

    /// The owner of a file, by these parts.
    pub(in crate::sys::windows) fn of_owner(parts: &[u32]) -> Self {
        Self::of(CREATORS, parts)
    }

    /// Everyone.
    #[cfg(test)]
    pub(in crate::sys::windows) fn everyone() -> Self {
        Self::of(WORLD, &[0])
    }

    fn of(authority: u32, parts: &[u32]) -> Self {
        // Revision 1, the number of parts, and the authority, which is big-endian.
        let header = [1 | ((parts.len() as u32) << 8), authority << 24];
        Self(header.iter().chain(parts).copied().collect())
    }

    /// A copy of `sid`, which stays its owner's.
    ///
    /// # Safety
    /// `sid` points to a whole security identifier.
    pub(in crate::sys::windows) unsafe fn copied(sid: PSID) -> Self {
        // SAFETY: the caller says so.
        let bytes = unsafe { GetLengthSid(sid) } as usize;
        let mut copy = vec![0_u32; bytes.div_ceil(size_of::<u32>())];
        // SAFETY: the identifier is that long, the copy at least as long, and they do not overlap.
        unsafe { copy_nonoverlapping(sid.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), bytes) };
        Self(copy.into())
    }

    /// Whether `sid` is the same.
    ///
    /// # Safety
    /// `sid` points to a whole security identifier.
    pub(super) unsafe fn is(&self, sid: PSID) -> bool {
        // SAFETY: both are whole, the other because the caller says so.
        unsafe { EqualSid(self.raw(), sid) != 0 }
    }

    /// The pointer that Windows takes. It does not write through it.
    pub(super) fn raw(&self) -> PSID {
        self.0.as_ptr().cast_mut().cast::<c_void>()
    }
}

#[cfg(test)]
mod tests {
    use super::Sid;

    #[test]
    fn copies_are_the_same_and_others_are_not() {
        let (one, other) = (Sid::package(&[2, 7, 8, 9]), Sid::package(&[2, 7, 8, 10]));
        // SAFETY: each points to an identifier of ours.
        unsafe {
            assert!(Sid::copied(one.raw()).is(one.raw()) && !one.is(other.raw()));
            assert!(!Sid::all_packages().is(one.raw()));
        }
    }
}
