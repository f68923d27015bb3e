//! The AppContainers of runs: each has a slot of its own while it runs, with a profile that no other run has used.
//!
//! A profile has a folder and a part of the registry that its programs can write to, so it is made anew after each run. A slot
//! belongs to the process that holds its mutex: several services of one user share the numbers.
#![expect(unsafe_code, reason = "a named mutex is a Win32 object")]

use std::io;
use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::ptr::null;
use std::sync::{Arc, Mutex, PoisonError};

use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_ALREADY_EXISTS, GetLastError};
use windows_sys::Win32::System::Threading::CreateMutexW;

use super::api::Api;
use super::sid::Sid;

/// The most runs in AppContainers at once, of all services of one user. Each has a profile on the disk.
pub(super) const MOST: u32 = 64;

const DESCRIPTION: &str = "Programs that Runtray runs at the isolation level sandbox";

/// The name of a slot's profile.
pub(super) fn name(number: u32) -> String {
    format!("Runtray.Slot.{number}")
}

/// The slots that this process has used, without those in use.
#[derive(Debug)]
pub(super) struct Slots {
    api: Api,
    free: Mutex<Vec<Slot>>,
}

/// A slot with a profile that nothing has used.
#[derive(Debug)]
struct Slot {
    number: u32,
    package: Sid,
    /// Keeps the number from other processes.
    _claim: OwnedHandle,
}

/// A slot in use. Drop it when no process of its run is left: its profile is then made anew, in the background.
#[derive(Debug)]
pub(in crate::sys::windows) struct Lease {
    slots: Arc<Slots>,
    slot: Option<Slot>,
    package: Sid,
}

impl Slots {
    pub(super) fn new(api: Api) -> Arc<Self> {
        Arc::new(Self { api, free: Mutex::default() })
    }

    /// A slot that no other run has. May take some milliseconds.
    ///
    /// # Errors
    /// All slots are in use, or Windows makes no profile.
    pub(super) fn lease(self: &Arc<Self>) -> io::Result<Lease> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let slot = free.map_or_else(|| self.claim(), Ok)?;
        Ok(Lease { slots: Arc::clone(self), package: slot.package.clone(), slot: Some(slot) })
    }

    /// The first slot that no process has, and whose old profile can be deleted.
    fn claim(&self) -> io::Result<Slot> {
        let mut last = None;
        for number in 0..MOST {
            let Some(claim) = claim(&format!("{}-{number}", mutex_prefix()))? else { continue };
            match self.fresh(number) {
                Ok(package) => return Ok(Slot { number, package, _claim: claim }),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::Error::other(format!("all {MOST} slots of the sandbox are in use"))))
    }

    /// A new profile in place of an old one, with nothing of it.
    fn fresh(&self, number: u32) -> io::Result<Sid> {
        self.api.delete_profile(&name(number))?;
        self.api.create_profile(&name(number), DESCRIPTION)
    }

    /// Takes a slot back. One whose profile cannot be made anew is released: it is used again only after its old profile is gone.
    fn renew(&self, slot: Slot) {
        match self.fresh(slot.number) {
            Ok(package) => {
                self.free.lock().unwrap_or_else(PoisonError::into_inner).push(Slot { package, ..slot });
            }
            Err(error) => tracing::warn!(%error, number = slot.number, "a slot's profile could not be made anew"),
        }
    }
}

impl Lease {
    /// The identifier of its package.
    pub(super) fn package(&self) -> &Sid {
        &self.package
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            let slots = Arc::clone(&self.slots);
            std::thread::spawn(move || slots.renew(slot));
        }
    }
}

/// One namespace for all sessions: profiles are the user's. Another user's mutex of this name counts as a slot in use.
fn mutex_prefix() -> &'static str {
    r"Global\Runtray.Slot"
}

/// A mutex of this name, unless there is one already.
fn claim(name: &str) -> io::Result<Option<OwnedHandle>> {
    let name: Vec<u16> = name.encode_utf16().chain([0]).collect();
    // SAFETY: the name ends with NUL, and the other arguments ask for the defaults.
    let (handle, error) = unsafe { (CreateMutexW(null(), 0, name.as_ptr()), GetLastError()) };
    if handle.is_null() {
        return match error {
            ERROR_ACCESS_DENIED => Ok(None),
            error => Err(io::Error::from_raw_os_error(error.cast_signed())),
        };
    }
    // SAFETY: the handle is open and ours alone.
    let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
    Ok((error != ERROR_ALREADY_EXISTS).then_some(handle))
}

#[cfg(test)]
mod tests {
    use super::claim;

    #[test]
    fn a_number_is_claimed_once_and_free_again_afterwards() {
        let name = format!(r"Global\Runtray.Test-{}", std::process::id());
        let first = claim(&name).expect("a mutex");
        assert!(first.is_some() && claim(&name).expect("a mutex").is_none());
        drop(first);
        assert!(claim(&name).expect("a mutex").is_some());
    }
}
