//! Waits asynchronously for the end of a process.
#![expect(unsafe_code, reason = "waiting on a handle without a thread of ours is a Win32 call")]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, BorrowedHandle};
use std::ptr::null_mut;

use tokio_util::sync::CancellationToken;
use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Threading::{
    INFINITE, RegisterWaitForSingleObject, UnregisterWaitEx, WT_EXECUTEINWAITTHREAD, WT_EXECUTEONLYONCE,
};

/// A wait of the system's thread pool for one process.
pub(super) struct ExitWait {
    wait: HANDLE,
    /// Boxed, because the callback has its address.
    seen: Box<CancellationToken>,
}

// SAFETY: a wait handle is not bound to a thread, and the token may be shared and sent.
unsafe impl Send for ExitWait {}
// SAFETY: as above; a shared `ExitWait` only hands out the token.
unsafe impl Sync for ExitWait {}

impl ExitWait {
    /// Waits for `process`, whose handle must stay open until this is dropped.
    pub(super) fn of(process: BorrowedHandle<'_>) -> io::Result<Self> {
        let seen = Box::new(CancellationToken::new());
        let mut wait = null_mut();
        // SAFETY: the place for the handle outlives the call. The callback gets the token's address, which stays valid until
        // `drop` has unregistered the wait.
        let done = unsafe {
            RegisterWaitForSingleObject(
                &raw mut wait,
                process.as_raw_handle(),
                Some(on_end),
                (&raw const *seen).cast::<c_void>(),
                INFINITE,
                WT_EXECUTEINWAITTHREAD | WT_EXECUTEONLYONCE,
            )
        };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(Self { wait, seen }) }
    }

    /// Returns once the process has ended. Cancel safe.
    pub(super) async fn seen(&self) {
        self.seen.cancelled().await;
    }
}

impl Drop for ExitWait {
    fn drop(&mut self) {
        // SAFETY: the wait was registered and is unregistered once. INVALID_HANDLE_VALUE waits for a callback that is under way,
        // so that none can see the token after it was freed.
        unsafe { UnregisterWaitEx(self.wait, INVALID_HANDLE_VALUE) };
    }
}

unsafe extern "system" fn on_end(context: *mut c_void, _timed_out: bool) {
    // SAFETY: `context` is the token of an `ExitWait` that has not been dropped.
    unsafe { &*context.cast::<CancellationToken>() }.cancel();
}
