//! The app's name for the taskbar and the notifications of Windows: its AppUserModelID.
//!
//! The installer gives the same to the shortcut in the Start menu. So a start at login is one app with a start from there, and
//! Windows shows the notifications under the shortcut's name and icon.

use std::io;

use windows_sys::Win32::UI::Shell::SetCurrentProcessExplicitAppUserModelID;

/// Names this process. Before the first window.
///
/// # Errors
/// Windows refuses the name.
pub(crate) fn name(id: &str) -> io::Result<()> {
    let id: Vec<u16> = id.encode_utf16().chain([0]).collect();
    #[expect(unsafe_code, reason = "Tauri does not name the process")]
    // SAFETY: the text ends with a NUL and outlives the call.
    let result = unsafe { SetCurrentProcessExplicitAppUserModelID(id.as_ptr()) };
    if result < 0 { Err(io::Error::from_raw_os_error(result)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::Foundation::E_NOTIMPL;
    use windows_sys::Win32::UI::Shell::GetCurrentProcessExplicitAppUserModelID;

    #[test]
    fn the_process_has_the_name_that_it_gave_itself() {
        super::name("org.runtray.test").expect("a name");
        let mut told = std::ptr::null_mut();
        #[expect(unsafe_code, reason = "nothing else tells the name")]
        // SAFETY: the place for the answer is ours.
        let result = unsafe { GetCurrentProcessExplicitAppUserModelID(&raw mut told) };
        if result == E_NOTIMPL {
            println!("not checked: Wine does not tell the name");
            return;
        }
        assert_eq!(result, 0);
        #[expect(unsafe_code, reason = "the name is given as a pointer")]
        // SAFETY: the name ends with a NUL, and is not freed before this test ends.
        let text = unsafe {
            let length = (0..).take_while(|at| *told.add(*at) != 0).count();
            String::from_utf16_lossy(std::slice::from_raw_parts(told, length))
        };
        assert_eq!(text, "org.runtray.test");
    }
}
