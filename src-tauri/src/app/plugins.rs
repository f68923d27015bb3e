//! Tauri's plugins. The window has no permission to call them.

use tauri::{Builder, Wry};
use tauri_plugin_window_state::StateFlags;

use crate::state::AppState;

/// Adds the plugins that the app itself uses.
pub(super) fn with_plugins(builder: Builder<Wry>, app_state: &AppState) -> Builder<Wry> {
    let window_state = tauri_plugin_window_state::Builder::default()
        .with_state_flags(StateFlags::all() & !StateFlags::VISIBLE)
        .with_filename(app_state.paths.data.join("window.json").display().to_string());
    builder
        .plugin(window_state.build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_notification::init())
}
