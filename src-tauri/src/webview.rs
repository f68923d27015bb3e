//! A system without the component that shows the window: said natively, and the service goes on.

use tauri::{AppHandle, Wry};

/// Whether the window cannot be shown; the user is then told what to install. Only Windows can lack it.
#[cfg(windows)]
pub(crate) fn is_missing(app: &AppHandle<Wry>) -> bool {
    use std::sync::Arc;

    use tauri::Manager as _;

    use crate::desk::Desk;

    let Err(error) = tauri::webview_version() else { return false };
    tracing::warn!(%error, "WebView2 is not installed");
    let desk = app.state::<Arc<Desk>>();
    let language = desk.language();
    let title = language.text("notice.webview.title", &[]);
    message::show(title, language.text("notice.webview.text", &[("address", &desk.url())]));
    true
}

/// Elsewhere it is part of the system, or the program would not start.
#[cfg(not(windows))]
pub(crate) fn is_missing(_app: &AppHandle<Wry>) -> bool {
    false
}

#[cfg(windows)]
mod message {
    use windows_sys::Win32::UI::WindowsAndMessaging::{MB_ICONINFORMATION, MB_OK, MB_SETFOREGROUND, MessageBoxW};

    /// Shows a message on a thread of its own: the tray goes on working under it.
    pub(super) fn show(title: String, text: String) {
        std::thread::spawn(move || {
            let (title, text) = (wide(&title), wide(&text));
            let style = MB_OK | MB_ICONINFORMATION | MB_SETFOREGROUND;
            #[expect(unsafe_code, reason = "a native message is all that is left without a webview")]
            // SAFETY: both texts end with a NUL and outlive the call; no window owns the message.
            unsafe {
                MessageBoxW(std::ptr::null_mut(), text.as_ptr(), title.as_ptr(), style)
            }
        });
    }

    fn wide(text: &str) -> Vec<u16> {
        text.encode_utf16().chain([0]).collect()
    }
}
