//! The Console. Its program belongs to the app; the window only shows it.

use tauri::ipc::Channel;

use super::{Answer, StateHandle};
use crate::model::ConsoleUpdate;
use crate::state::console;

/// Sends the Console's output so far and every later update to this window.
#[tauri::command]
pub(crate) async fn console_follow(
    app_state: StateHandle<'_>,
    window: String,
    channel: Channel<ConsoleUpdate>,
) -> Answer<()> {
    app_state.console_follower.follow(&app_state.console, window, move |update| channel.send(update).is_ok());
    Ok(())
}

/// The window has shown this many pieces of output.
#[tauri::command]
pub(crate) fn console_acknowledge(app_state: StateHandle<'_>, window: String, pieces: usize) {
    app_state.console_follower.acknowledge(&window, pieces);
}

#[tauri::command]
pub(crate) async fn console_run(app_state: StateHandle<'_>, message: String) -> Answer<()> {
    app_state.console.run(app_state.service(), &message).await
}

#[tauri::command]
pub(crate) async fn console_say(app_state: StateHandle<'_>, message: String) -> Answer<()> {
    app_state.console.say(&message).await
}

/// Kills the Console's program.
#[tauri::command]
pub(crate) fn console_kill(app_state: StateHandle<'_>) {
    app_state.console.kill();
}

/// Runs a program of the log again and returns its new id.
#[tauri::command]
pub(crate) async fn run_again(app_state: StateHandle<'_>, message: String) -> Answer<String> {
    console::run_again(app_state.service(), &message).await
}
