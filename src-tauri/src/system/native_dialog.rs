//! Messages outside of the app's window: on standard error, or in a native dialog on Windows, where an app has no console.

use std::process::ExitCode;

/// Shows the reason why the app ends. On Windows this waits until the dialog is closed.
#[cfg(not(windows))]
pub(crate) fn say(text: &str) {
    eprintln!("runtray-desktop: {text}");
}

/// Shows the reason why the app ends. On Windows this waits until the dialog is closed.
#[cfg(windows)]
pub(crate) fn say(text: &str) {
    native::show("Runtray", text);
}

/// Shows the help or the error of the command line.
pub(crate) fn tell_usage(usage: &clap::Error) -> ExitCode {
    if cfg!(windows) {
        say(&usage.to_string());
    } else if let Err(error) = usage.print() {
        tracing::debug!(%error, "nobody reads standard error");
    }
    u8::try_from(usage.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

#[cfg(windows)]
pub(crate) use native::show_beside;

#[cfg(windows)]
mod native {
    use std::sync::atomic::{AtomicBool, Ordering};

    use windows_sys::Win32::UI::WindowsAndMessaging::{MB_ICONINFORMATION, MB_OK, MB_SETFOREGROUND, MessageBoxW};

    /// Shows a message in its own thread, so that the tray keeps working. Only one is shown at a time.
    pub(crate) fn show_beside(title: String, text: String) {
        static OPEN: AtomicBool = AtomicBool::new(false);
        if OPEN.swap(true, Ordering::SeqCst) {
            return;
        }
        std::thread::spawn(move || {
            show(&title, &text);
            OPEN.store(false, Ordering::SeqCst);
        });
    }

    /// Shows a message and waits until it is closed.
    pub(super) fn show(title: &str, text: &str) {
        let (title, text) = (wide(title), wide(text));
        let style = MB_OK | MB_ICONINFORMATION | MB_SETFOREGROUND;
        #[expect(unsafe_code, reason = "a native message is all that is left without a webview")]
        // SAFETY: both texts end with a NUL and outlive the call; no window owns the message.
        unsafe {
            MessageBoxW(std::ptr::null_mut(), text.as_ptr(), title.as_ptr(), style)
        };
    }

    fn wide(text: &str) -> Vec<u16> {
        text.encode_utf16().chain([0]).collect()
    }
}
