//! The app around the window.

use std::sync::Arc;

use tauri::ipc::Channel;
use tauri::{AppHandle, Runtime};
use tauri_plugin_clipboard_manager::ClipboardExt as _;

use super::{Answer, OnDesk};
use crate::ending::Ending;
use crate::follow::Followers;
use crate::login::Login;
use crate::model::{Failure, Folder, Update};

#[tauri::command]
pub(crate) fn follow(desk: OnDesk<'_>, followers: tauri::State<'_, Followers>, channel: Channel<Update>) {
    followers.follow(Arc::clone(&desk), channel);
}

/// What the system says, not what we think that we told it.
#[tauri::command]
pub(crate) async fn autostart(login: tauri::State<'_, Login>) -> Answer<bool> {
    Ok(login.starts())
}

#[tauri::command]
pub(crate) async fn set_autostart(login: tauri::State<'_, Login>, on: bool) -> Answer<bool> {
    login.set(on).map_err(|error| Failure::new("autostart", error))
}

/// Opens a folder in the file manager; it is made when it is not there yet.
#[tauri::command]
pub(crate) async fn open_folder(desk: OnDesk<'_>, which: Folder) -> Answer<()> {
    let folder = match which {
        Folder::Log => desk.places.log_folder(),
        Folder::Data => desk.places.data.clone(),
        Folder::Settings => desk.places.config.clone(),
    };
    let opened = std::fs::create_dir_all(&folder).and_then(|()| open::that_detached(&folder));
    opened.map_err(|error| Failure::new("open_folder", format!("could not open {}: {error}", folder.display())))
}

#[tauri::command]
pub(crate) async fn copy<R: Runtime>(app: AppHandle<R>, text: String) -> Answer<()> {
    app.clipboard().write_text(text).map_err(|error| Failure::new("copy", format!("could not copy: {error}")))
}

#[tauri::command]
pub(crate) fn quit(ending: tauri::State<'_, Ending>) {
    ending.ask();
}
