//! The webview: its absence and its crashes. Neither ends the service or a program.

use tauri::{AppHandle, WebviewWindow, Wry};

/// Whether the webview is missing; then a dialog names the component to install. Only Windows can lack it.
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

/// Elsewhere it is part of the system, or the program would not start.
#[cfg(not(windows))]
pub(crate) fn is_missing(_app: &AppHandle<Wry>) -> bool {
    false
}

/// How often a page that crashes is loaded anew, for one window.
#[cfg(target_os = "linux")]
const MOST_RELOADS: u32 = 5;

/// Loads the page anew when the process that shows it ends; else the window would stay empty.
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

/// WebView2 shows a page of its own with a button for that; on macOS the app's builder is asked, see `app/mod.rs`.
#[cfg(not(target_os = "linux"))]
pub(crate) fn reload_when_it_crashes(_window: &WebviewWindow<Wry>) {}
