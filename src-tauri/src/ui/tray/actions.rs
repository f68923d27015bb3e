//! The actions of the items in the tray's menu.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tauri::async_runtime::spawn;
use tauri::{AppHandle, Manager as _, Wry};

use super::menu::id;
use crate::state::AppState;
use crate::system::login::Login;
use crate::system::shutdown::Shutdown;
use crate::ui::{clipboard, window};

/// Runs the action of an item.
pub(crate) fn chosen(app: &AppHandle<Wry>, item: &str) {
    let app_state = app.state::<Arc<AppState>>().inner().clone();
    match item {
        id::OPEN => window::open(app, None),
        id::START_OR_STOP => drop(spawn(start_or_stop(app_state))),
        id::RESTART => drop(spawn(restart(app_state))),
        id::COPY => copy(app, app_state.url()),
        id::AUTOSTART => toggle_autostart(app),
        id::ABOUT => window::open(app, Some("settings/about".to_owned())),
        id::QUIT => app.state::<Shutdown>().request(),
        id::MORE_PYTHONS => window::open(app, Some("settings/python.path".to_owned())),
        id::AUTOMATIC_PYTHON => drop(spawn(use_python(app_state, Value::Null))),
        _ => {
            if let Some(path) = item.strip_prefix(id::PYTHON) {
                drop(spawn(use_python(app_state, json!(path))));
            } else if let Some(run) = item.strip_prefix(id::RUN) {
                window::open(app, Some(format!("log/{run}")));
            }
        }
    }
}

async fn start_or_stop(app_state: Arc<AppState>) {
    if app_state.status().borrow().is_on() {
        app_state.lifecycle.stop().await;
    } else if let Err(error) = app_state.lifecycle.start().await {
        tracing::warn!(%error, "the service could not be started");
    }
}

async fn restart(app_state: Arc<AppState>) {
    if let Err(error) = app_state.lifecycle.restart().await {
        tracing::warn!(%error, "the service could not be started again");
    }
}

async fn use_python(app_state: Arc<AppState>, path: Value) {
    let change = BTreeMap::from([("python.path".to_owned(), Some(path))]);
    if let Err(error) = app_state.lifecycle.change_settings(change).await {
        tracing::warn!(%error, "another Python could not be chosen");
    }
}

/// The check mark shows the setting that the system reports, which may differ from the requested one.
fn toggle_autostart(app: &AppHandle<Wry>) {
    let login = app.state::<Login>();
    if let Err(error) = login.set(!login.starts()) {
        tracing::warn!(error, "starting at login could not be changed");
    }
}

fn copy(app: &AppHandle<Wry>, text: String) {
    if let Err(error) = clipboard::write(app, text) {
        tracing::warn!(%error, "the clipboard could not be written");
    }
}
