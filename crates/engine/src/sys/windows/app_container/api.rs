//! The functions of Windows for AppContainers. They are loaded when they are needed: Wine lacks them, and a program that is
//! linked with them does not start there.
#![expect(unsafe_code, reason = "functions that are loaded at run time are called through pointers")]

use std::ffi::CStr;
use std::io;
use std::mem::transmute_copy;
use std::ptr::{null, null_mut};
use std::slice;
use std::sync::OnceLock;

use windows_sys::Win32::Foundation::{FARPROC, HMODULE, LocalFree};
use windows_sys::Win32::Security::{FreeSid, PSID, SID_AND_ATTRIBUTES};
use windows_sys::Win32::System::LibraryLoader::{GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32, LoadLibraryExW};
use windows_sys::core::{BOOL, HRESULT, PCWSTR, w};

use super::sid::Sid;

type CreateProfile =
    unsafe extern "system" fn(PCWSTR, PCWSTR, PCWSTR, *const SID_AND_ATTRIBUTES, u32, *mut PSID) -> HRESULT;
type DeleteProfile = unsafe extern "system" fn(PCWSTR) -> HRESULT;
type DeriveCapability = unsafe extern "system" fn(PCWSTR, *mut *mut PSID, *mut u32, *mut *mut PSID, *mut u32) -> BOOL;

/// The part of an HRESULT that says that its low half is an error number of Windows.
const FACILITY_WIN32: i32 = 0x8007_0000_u32.cast_signed();
/// A profile that is to be deleted does not exist.
const NOT_FOUND: [i32; 2] = [2, 1168];

/// The loaded functions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Api {
    create: CreateProfile,
    delete: DeleteProfile,
    derive: DeriveCapability,
}

impl Api {
    /// `None` if this system lacks one of them. They are loaded once.
    pub(super) fn load() -> Option<Self> {
        static LOADED: OnceLock<Option<Api>> = OnceLock::new();
        *LOADED.get_or_init(Self::find)
    }

    fn find() -> Option<Self> {
        let (profiles, base) = (library(w!("userenv.dll"))?, library(w!("kernelbase.dll"))?);
        // SAFETY: each type is the signature in Windows' headers.
        unsafe {
            Some(Self {
                create: function(profiles, c"CreateAppContainerProfile")?,
                delete: function(profiles, c"DeleteAppContainerProfile")?,
                derive: function(base, c"DeriveCapabilitySidsFromName")?,
            })
        }
    }

    /// Creates a profile without capabilities.
    ///
    /// # Errors
    /// The profile exists already, or Windows refuses.
    pub(super) fn create_profile(&self, name: &str, description: &str) -> io::Result<Sid> {
        let (name, description) = (wide(name), wide(description));
        let mut sid: PSID = null_mut();
        // SAFETY: the strings end with NUL, there are no capabilities, and the place for the answer is ours.
        let result =
            unsafe { (self.create)(name.as_ptr(), name.as_ptr(), description.as_ptr(), null(), 0, &raw mut sid) };
        checked(result)?;
        // SAFETY: the call succeeded, so this is a whole identifier, and it is ours to free, once.
        unsafe {
            let copy = Sid::copied(sid);
            FreeSid(sid);
            Ok(copy)
        }
    }

    /// Deletes a profile with its folder and its part of the registry. It is no error if there is none.
    pub(super) fn delete_profile(&self, name: &str) -> io::Result<()> {
        let name = wide(name);
        // SAFETY: the string ends with NUL.
        let result = checked(unsafe { (self.delete)(name.as_ptr()) });
        result.or_else(
            |error| if error.raw_os_error().is_some_and(|it| NOT_FOUND.contains(&it)) { Ok(()) } else { Err(error) },
        )
    }

    /// The identifier of a capability, which depends on its name only.
    pub(super) fn capability(&self, name: &str) -> io::Result<Sid> {
        let name = wide(name);
        let (mut groups, mut sids) = (Sids::none(), Sids::none());
        // SAFETY: the string ends with NUL, and the four places are ours.
        let done = unsafe {
            (self.derive)(
                name.as_ptr(),
                &raw mut groups.list,
                &raw mut groups.count,
                &raw mut sids.list,
                &raw mut sids.count,
            )
        };
        if done == 0 {
            return Err(io::Error::last_os_error());
        }
        sids.first().ok_or_else(|| io::Error::other("Windows derived no identifier from the name of a capability"))
    }
}

/// A list of identifiers that Windows allocated. Dropping it frees them.
struct Sids {
    list: *mut PSID,
    count: u32,
}

impl Sids {
    fn none() -> Self {
        Self { list: null_mut(), count: 0 }
    }

    fn as_slice(&self) -> &[PSID] {
        if self.list.is_null() {
            return &[];
        }
        // SAFETY: Windows wrote both, and the list lives as long as this.
        unsafe { slice::from_raw_parts(self.list, self.count as usize) }
    }

    fn first(&self) -> Option<Sid> {
        // SAFETY: the pointers in the list are whole identifiers.
        self.as_slice().first().map(|sid| unsafe { Sid::copied(*sid) })
    }
}

impl Drop for Sids {
    fn drop(&mut self) {
        // SAFETY: each was allocated for us and is freed once, the list last.
        unsafe {
            for sid in self.as_slice() {
                LocalFree(*sid);
            }
            LocalFree(self.list.cast());
        }
    }
}

/// A library of the system, which stays loaded.
fn library(name: PCWSTR) -> Option<HMODULE> {
    // SAFETY: the name ends with NUL, and the search is limited to the system's folder.
    let module = unsafe { LoadLibraryExW(name, null_mut(), LOAD_LIBRARY_SEARCH_SYSTEM32) };
    (!module.is_null()).then_some(module)
}

/// # Safety
/// `T` is the type of a pointer to the function with this name.
unsafe fn function<T: Copy>(library: HMODULE, name: &CStr) -> Option<T> {
    // SAFETY: the library stays loaded, and the name ends with NUL.
    let found: FARPROC = unsafe { GetProcAddress(library, name.as_ptr().cast()) };
    // SAFETY: the caller says that `T` is a pointer to this function.
    found.map(|function| unsafe { transmute_copy(&function) })
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// A negative HRESULT is an error, often with an error number in it.
fn checked(result: HRESULT) -> io::Result<()> {
    match result {
        0.. => Ok(()),
        error if error & 0xFFFF_0000_u32.cast_signed() == FACILITY_WIN32 => {
            Err(io::Error::from_raw_os_error(error & 0xFFFF))
        }
        error => Err(io::Error::from_raw_os_error(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::checked;

    #[test]
    fn results_become_error_numbers() {
        assert!(checked(0).is_ok() && checked(1).is_ok());
        let number = |result: u32| checked(result.cast_signed()).expect_err("an error").raw_os_error();
        assert_eq!(number(0x8007_00B7), Some(183));
        assert_eq!(number(0x8000_4005), Some(0x8000_4005_u32.cast_signed()));
    }
}
