//! The only window: created when it is opened, destroyed when it is closed.

use std::sync::Arc;

use runtray_service::settings;
use tauri::{AppHandle, Manager, Theme, WebviewUrl, WebviewWindowBuilder, Wry};

use super::{updates::WindowUpdates, webview};
use crate::model::Update;
use crate::state::AppState;

/// The window's label: its capability and its saved position refer to it.
pub(crate) const LABEL: &str = "main";

const TITLE: &str = "Runtray";
const SIZE: (f64, f64) = (960.0, 640.0);
const SMALLEST: (f64, f64) = (560.0, 420.0);

/// Shows the window from another thread: Windows forbids creating one while it handles an event.
pub(crate) fn open(app: &AppHandle<Wry>, route: Option<String>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move { show(&app, route.as_deref()) });
}

/// Shows the window at `route`, if given, and creates it if there is none.
fn show(app: &AppHandle<Wry>, route: Option<&str>) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let raised = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
        if let Err(error) = raised {
            tracing::warn!(%error, "the window could not be brought to the front");
        }
        if let Some(route) = route {
            app.state::<WindowUpdates>().tell(&Update::Show { route: route.to_owned() });
        }
        return;
    }
    if webview::is_missing(app) {
        return;
    }
    become_regular(app, true);
    if let Err(error) = create(app, route) {
        tracing::error!(%error, "the window could not be opened");
    }
}

fn create(app: &AppHandle<Wry>, route: Option<&str>) -> tauri::Result<()> {
    let page = format!("index.html#/{}", route.unwrap_or_default());
    let app_state = app.state::<Arc<AppState>>();
    let theme = theme(app_state.settings().borrow().settings.desktop.theme);
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App(page.into()))
        .title(TITLE)
        .inner_size(SIZE.0, SIZE.1)
        .min_inner_size(SMALLEST.0, SMALLEST.1)
        .theme(theme);
    // Elsewhere the browser has no folder of its own, or shares one of the system.
    #[cfg(windows)]
    let window = window.data_directory(app_state.paths.webview_folder());
    let window = window.build()?;
    webview::reload_when_it_crashes(&window);
    Ok(())
}

/// Whether the user can see the window, which may be minimised.
pub(crate) fn is_seen(app: &AppHandle<Wry>) -> bool {
    app.get_webview_window(LABEL)
        .is_some_and(|window| window.is_visible().unwrap_or(true) && !window.is_minimized().unwrap_or(false))
}

/// Cleans up after the window was closed.
pub(crate) fn closed(app: &AppHandle<Wry>) {
    app.state::<WindowUpdates>().leave();
    app.state::<Arc<AppState>>().console_follower.leave();
    become_regular(app, false);
    #[cfg(target_os = "linux")]
    crate::system::webkit::give_back(app);
}

/// The window's theme; `None` follows the system.
pub(crate) fn theme(setting: settings::Theme) -> Option<Theme> {
    match setting {
        settings::Theme::System => None,
        settings::Theme::Light => Some(Theme::Light),
        settings::Theme::Dark => Some(Theme::Dark),
    }
}

/// Sets the theme of an open window when the setting changes, as long as the app lives.
pub(crate) async fn follow_theme(app: AppHandle<Wry>, app_state: Arc<AppState>) {
    let mut settings = app_state.settings();
    let mut theme = settings.borrow().settings.desktop.theme;
    while settings.changed().await.is_ok() {
        let new = settings.borrow_and_update().settings.desktop.theme;
        let window = app.get_webview_window(LABEL).filter(|_| theme != new);
        theme = new;
        if let Some(Err(error)) = window.map(|window| window.set_theme(self::theme(new))) {
            tracing::warn!(%error, "the window's theme could not be changed");
        }
    }
}

/// On macOS an app without a window has no icon in the Dock.
#[cfg(target_os = "macos")]
fn become_regular(app: &AppHandle<Wry>, regular: bool) {
    let policy = if regular { tauri::ActivationPolicy::Regular } else { tauri::ActivationPolicy::Accessory };
    if let Err(error) = app.set_activation_policy(policy) {
        tracing::warn!(%error, "the Dock could not be told");
    }
}

#[cfg(not(target_os = "macos"))]
fn become_regular(_app: &AppHandle<Wry>, _regular: bool) {}
