//! Tauri's plugins. The window has no permission to call them.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use runtray_engine::private;
use tauri::{Builder, Wry};
use tauri_plugin_window_state::StateFlags;

use crate::state::AppState;

/// Adds the plugins that the app itself uses.
pub(super) fn with_plugins(builder: Builder<Wry>, app_state: &AppState) -> Builder<Wry> {
    let window_file = app_state.paths.data.join("window.json");
    if let Err(error) = protect(&window_file) {
        tracing::warn!(%error, file = %window_file.display(), "the window's size and place may not be kept");
    }
    let window_state = tauri_plugin_window_state::Builder::default()
        .with_state_flags(StateFlags::all() & !StateFlags::VISIBLE)
        .with_filename(window_file.display().to_string());
    builder
        .plugin(window_state.build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_notification::init())
}

/// Makes the file private, with no window in it if it is new. The plugin writes it in place, which keeps its permissions.
fn protect(file: &Path) -> io::Result<()> {
    match private::open(file, File::options().write(true).create_new(true)) {
        Ok(mut new) => new.write_all(b"{}"),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => private::keep(file),
        Err(error) => Err(error),
    }
}
