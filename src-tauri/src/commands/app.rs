//! The app around the window.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use runtray_engine::private;
use runtray_service::settings;
use tauri::ipc::Channel;
use tauri::{AppHandle, Runtime};

use super::{Answer, OnDesk};
use crate::model::{Failure, Folder, Update};
use crate::sentences;
use crate::system::login::Login;
use crate::system::shutdown::Ending;
use crate::ui::clipboard;
use crate::ui::updates::Followers;

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
    login.set(on).map_err(|error| Failure::new("autostart", &sentences::AUTOSTART.with("error", error)))
}

/// Opens a folder in the file manager, or the settings file in what opens such files; it is made when it is not there yet.
#[tauri::command]
pub(crate) async fn open_folder(desk: OnDesk<'_>, which: Folder) -> Answer<()> {
    let (path, made) = match which {
        Folder::Log => made(desk.places.log_folder()),
        Folder::Data => made(desk.places.data.clone()),
        Folder::Settings => made(desk.places.config.clone()),
        Folder::File => {
            let file = desk.places.settings_file();
            let made = settings::create_if_missing(&file).map(drop);
            (file, made)
        }
    };
    let opened = made.and_then(|()| open::that_detached(&path));
    let said = |error| sentences::NOT_OPENED.with("path", path.display()).with("cause", &error);
    opened.map_err(|error| Failure::new("open_folder", &said(error)))
}

fn made(folder: PathBuf) -> (PathBuf, io::Result<()>) {
    let made = private::folder(&folder);
    (folder, made)
}

#[tauri::command]
pub(crate) async fn copy<R: Runtime>(app: AppHandle<R>, text: String) -> Answer<()> {
    clipboard::write(&app, text)
        .map_err(|error| Failure::new("copy", &sentences::NOT_COPIED.with("error", error.to_string())))
}

#[tauri::command]
pub(crate) fn quit(ending: tauri::State<'_, Ending>) {
    ending.ask();
}
