//! A system without the component that shows the window: said natively, and the service goes on.

use tauri::{AppHandle, Wry};

/// Whether the window cannot be shown; the user is then told what to install. Only Windows can lack it.
#[cfg(windows)]
pub(crate) fn is_missing(app: &AppHandle<Wry>) -> bool {
    use std::sync::Arc;

    use tauri::Manager as _;

    use crate::desk::Desk;
    use crate::{message, tray};

    let Err(error) = tauri::webview_version() else { return false };
    tracing::warn!(%error, "WebView2 is not installed");
    let desk = app.state::<Arc<Desk>>();
    let language = desk.language();
    let state = tray::state(&desk.status().borrow(), language);
    let title = language.text("notice.webview.title", &[]);
    message::show_beside(title, language.text("notice.webview.text", &[("state", &state)]));
    true
}

/// Elsewhere it is part of the system, or the program would not start.
#[cfg(not(windows))]
pub(crate) fn is_missing(_app: &AppHandle<Wry>) -> bool {
    false
}
