//! The clipboard.

use tauri::{AppHandle, Runtime};
use tauri_plugin_clipboard_manager::{ClipboardExt as _, Error};

/// Copies a text to the clipboard.
///
/// # Errors
/// The system refuses access to the clipboard.
pub(crate) fn write<R: Runtime>(app: &AppHandle<R>, text: String) -> Result<(), Error> {
    app.clipboard().write_text(text)
}
