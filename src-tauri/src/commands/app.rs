//! The app around the window.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use runtray_engine::private;
use tauri::ipc::Channel;
use tauri::{AppHandle, Runtime};

use super::{Answer, StateHandle};
use crate::model::{About, Failure, Folder, Update};
use crate::sentences;
use crate::state;
use crate::system::login::Login;
use crate::system::product;
use crate::system::shutdown::Shutdown;
use crate::ui::clipboard;
use crate::ui::updates::WindowUpdates;

#[tauri::command]
pub(crate) fn follow(app_state: StateHandle<'_>, updates: tauri::State<'_, WindowUpdates>, channel: Channel<Update>) {
    updates.follow(Arc::clone(&app_state), channel);
}

/// The setting as the system reports it.
#[tauri::command]
pub(crate) async fn autostart(login: tauri::State<'_, Login>) -> Answer<bool> {
    Ok(login.starts())
}

#[tauri::command]
pub(crate) async fn set_autostart(login: tauri::State<'_, Login>, on: bool) -> Answer<bool> {
    login.set(on).map_err(|error| Failure::new("autostart", &sentences::AUTOSTART.with("error", error)))
}

/// Opens a folder in the file manager, or the settings file in its editor; a missing one is created.
#[tauri::command]
pub(crate) async fn open_folder(app_state: StateHandle<'_>, which: Folder) -> Answer<()> {
    let (path, made) = match which {
        Folder::Log => made(app_state.paths.log_folder()),
        Folder::Data => made(app_state.paths.data.clone()),
        Folder::Settings => made(app_state.paths.config.clone()),
        Folder::Notices => {
            let missing = || io::Error::new(io::ErrorKind::NotFound, "this build has none");
            let notices = product::notices();
            let found = notices.is_some().then_some(()).ok_or_else(missing);
            (notices.unwrap_or_else(|| "THIRD-PARTY-NOTICES.txt".into()), found)
        }
        Folder::File => {
            let file = app_state.paths.settings_file();
            let made = app_state.restore_settings_file();
            (file, made)
        }
    };
    let opened = made.and_then(|()| open::that_detached(&path));
    let message = |error| sentences::NOT_OPENED.with("path", path.display()).with("cause", &error);
    opened.map_err(|error| Failure::new("open_folder", &message(error)))
}

fn made(folder: PathBuf) -> (PathBuf, io::Result<()>) {
    let made = private::folder(&folder);
    (folder, made)
}

/// This program's version and parts, and a text about its state.
#[tauri::command]
pub(crate) async fn about(app_state: StateHandle<'_>) -> Answer<About> {
    let status = app_state.status().borrow().clone();
    Ok(state::about(&status, &app_state.paths))
}

#[tauri::command]
pub(crate) async fn copy<R: Runtime>(app: AppHandle<R>, text: String) -> Answer<()> {
    clipboard::write(&app, text)
        .map_err(|error| Failure::new("copy", &sentences::NOT_COPIED.with("error", error.to_string())))
}

#[tauri::command]
pub(crate) fn quit(shutdown: tauri::State<'_, Shutdown>) {
    shutdown.request();
}
