//! The Console: its program belongs to the app, the window only shows it.

use tauri::ipc::Channel;

use super::{Answer, OnDesk};
use crate::model::ConsoleUpdate;
use crate::state::console;

/// Shows the Console's program in this window from now on, with what it printed so far.
#[tauri::command]
pub(crate) async fn console_follow(desk: OnDesk<'_>, window: String, channel: Channel<ConsoleUpdate>) -> Answer<()> {
    desk.console_follower.follow(&desk.console, window, move |update| channel.send(update).is_ok());
    Ok(())
}

/// The window has shown so many pieces of output.
#[tauri::command]
pub(crate) fn console_shown(desk: OnDesk<'_>, window: String, pieces: usize) {
    desk.console_follower.shown(&window, pieces);
}

#[tauri::command]
pub(crate) async fn console_run(desk: OnDesk<'_>, message: String) -> Answer<()> {
    desk.console.run(desk.service(), &message).await
}

#[tauri::command]
pub(crate) async fn console_say(desk: OnDesk<'_>, message: String) -> Answer<()> {
    desk.console.say(&message).await
}

/// Ends the Console's program without asking it.
#[tauri::command]
pub(crate) fn console_kill(desk: OnDesk<'_>) {
    desk.console.kill();
}

/// Runs a program of the log again; its new id.
#[tauri::command]
pub(crate) async fn run_again(desk: OnDesk<'_>, message: String) -> Answer<String> {
    console::run_again(desk.service(), &message).await
}
