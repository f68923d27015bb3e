//! New versions. The result of a command comes with the window's other updates.

use super::StateHandle;
use crate::model::VersionNews;

#[tauri::command]
pub(crate) fn version_news(app_state: StateHandle<'_>) -> VersionNews {
    app_state.version_news()
}

#[tauri::command]
pub(crate) fn look_for_update(app_state: StateHandle<'_>) {
    let app_state = app_state.inner().clone();
    tauri::async_runtime::spawn(async move { app_state.look_for_update().await });
}

/// The user's yes to this version.
#[tauri::command]
pub(crate) fn install_update(app_state: StateHandle<'_>, version: String) {
    let app_state = app_state.inner().clone();
    tauri::async_runtime::spawn(async move { app_state.install_update(&version).await });
}
