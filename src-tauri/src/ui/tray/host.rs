//! The tray host: the panel that shows tray icons. At login it may start later than the app, and some desktops have none.

use std::sync::Arc;
use std::time::Duration;

use tauri::{AppHandle, Wry};

use crate::state::AppState;
use crate::system::preflight::{self, NoTray};
use crate::ui::window;

/// How long a tray host may take to start, at login.
const HOST_PATIENCE: Duration = Duration::from_secs(10);

/// Shows the tray icon, unless no host can ever show it.
pub(crate) fn show_tray(app: &AppHandle<Wry>, app_state: &Arc<AppState>) {
    let no_tray = app_state.no_tray().borrow().clone();
    if let Some(reason @ (NoTray::Bus | NoTray::Library)) = &no_tray {
        stay_visible(&reason.reason(app_state.language()));
    } else if let Err(error) = super::show(app, app_state) {
        stay_visible(&error.to_string());
        app_state.set_no_tray(Some(NoTray::Refused(error.to_string())));
    }
}

/// Waits for a tray host. After [`HOST_PATIENCE`] without one the window opens, even after a hidden start: otherwise nothing of
/// the app would be visible.
pub(crate) async fn wait_for_host(app: AppHandle<Wry>, app_state: Arc<AppState>, hidden: bool) {
    let mut appears = std::pin::pin!(preflight::host_appears());
    let appeared = match tokio::time::timeout(HOST_PATIENCE, appears.as_mut()).await {
        Ok(appeared) => appeared,
        Err(_) => {
            stay_visible(&NoTray::Host.reason(app_state.language()));
            if hidden {
                window::open(&app, None);
            }
            appears.await
        }
    };
    match appeared {
        Ok(()) => app_state.set_no_tray(None),
        Err(error) => tracing::warn!(%error, "the session bus does not say who shows tray icons"),
    }
}

fn stay_visible(reason: &str) {
    eprintln!("runtray-desktop: no tray icon: {reason}; the window stays instead");
}
