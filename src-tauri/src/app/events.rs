//! Events of Tauri's event loop.

use std::sync::Arc;

use tauri::{AppHandle, Manager as _, RunEvent, WindowEvent, Wry};

use crate::state::AppState;
use crate::ui::notifications::{self, Notification};
use crate::ui::window;

/// Handles an event of the event loop.
pub(super) fn handle(app: &AppHandle<Wry>, event: RunEvent) {
    match event {
        // The last window was closed: keep running in the tray.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { api, .. }, label, .. } if !has_tray(app) => {
            api.prevent_close();
            minimise(app, &label);
        }
        RunEvent::WindowEvent { event: WindowEvent::Destroyed, .. } => window_closed(app),
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::open(app, None),
        _ => {}
    }
}

fn has_tray(app: &AppHandle<Wry>) -> bool {
    app.state::<Arc<AppState>>().no_tray().borrow().is_none()
}

/// Minimises the window instead of closing it: without a tray there is no other way back to it.
fn minimise(app: &AppHandle<Wry>, label: &str) {
    if let Some(Err(error)) = app.get_webview_window(label).map(|window| window.minimize()) {
        tracing::warn!(%error, "the window could not be minimised");
    }
}

/// Closing the window ends no program. A notification says that the Console's program continues, as nothing else shows it.
fn window_closed(app: &AppHandle<Wry>) {
    window::closed(app);
    let app_state = app.state::<Arc<AppState>>();
    if app_state.console.is_active() && app_state.settings().borrow().settings.desktop.notifications {
        notifications::show(app, Notification::console(app_state.language()));
    }
}
