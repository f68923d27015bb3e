//! The webview: its absence and its crashes. Neither ends the service or a program.

use tauri::{AppHandle, WebviewWindow, Wry};

/// Whether the webview is missing, which a dialog then explains. Only Windows may lack it.
#[cfg(windows)]
pub(crate) fn is_missing(app: &AppHandle<Wry>) -> bool {
    use std::sync::Arc;

    use tauri::Manager as _;

    use crate::state::AppState;
    use crate::system::native_dialog;
    use crate::ui::tray::menu;

    let Err(error) = tauri::webview_version() else { return false };
    tracing::warn!(%error, "WebView2 is not installed");
    let app_state = app.state::<Arc<AppState>>();
    let language = app_state.language();
    let state = menu::state(&app_state.status().borrow(), language);
    let title = language.text("notice.webview.title", &[]);
    native_dialog::show_beside(title, language.text("notice.webview.text", &[("state", &state)]));
    true
}

/// On other systems it is always present.
#[cfg(not(windows))]
pub(crate) fn is_missing(_app: &AppHandle<Wry>) -> bool {
    false
}

/// The number of times that a crashed page is reloaded in one window.
#[cfg(target_os = "linux")]
const MOST_RELOADS: u32 = 5;

/// Reloads the page when its process ends; otherwise the window would stay empty.
#[cfg(target_os = "linux")]
pub(crate) fn reload_when_it_crashes(window: &WebviewWindow<Wry>) {
    use std::cell::Cell;

    use webkit2gtk::WebViewExt as _;

    let watched = window.with_webview(|webview| {
        let reloads = Cell::new(0);
        webview.inner().connect_web_process_terminated(move |view, reason| {
            let count = reloads.replace(reloads.get() + 1);
            tracing::warn!(?reason, "the process that shows the window ended");
            if count < MOST_RELOADS {
                view.reload();
            }
        });
    });
    if let Err(error) = watched {
        tracing::warn!(%error, "a crash of the window's page will not be noticed");
    }
}

/// WebView2 shows its own page with a reload button; on macOS the app's builder handles this, see `app/mod.rs`.
#[cfg(not(target_os = "linux"))]
pub(crate) fn reload_when_it_crashes(_window: &WebviewWindow<Wry>) {}
