//! The packages of the built-in Python.

use runtray_engine::message::LocalizedMessage;
use runtray_wire::{PackProgress, Packs};
use tauri::ipc::Channel;

use super::{Answer, StateHandle};
use crate::model::Failure;

/// The packages that were added.
#[tauri::command]
pub(crate) async fn packs(app_state: StateHandle<'_>) -> Answer<Packs> {
    app_state.packages().list().await.map_err(failure)
}

/// Adds a package, or updates it, and reports how far it is.
#[tauri::command]
pub(crate) async fn add_pack(
    app_state: StateHandle<'_>,
    name: String,
    channel: Channel<PackProgress>,
) -> Answer<Packs> {
    let (packages, names) = (app_state.packages(), [name]);
    let mut progress = move |step| drop(channel.send(step));
    app_state.package_change.cancellable(packages.add(&names, &[], &mut progress)).await.map_err(failure)
}

/// Removes a package, and the packages that only it needs.
#[tauri::command]
pub(crate) async fn remove_pack(app_state: StateHandle<'_>, name: String) -> Answer<Packs> {
    let (packages, names) = (app_state.packages(), [name]);
    app_state.package_change.cancellable(packages.remove(&names, &mut |_| ())).await.map_err(failure)
}

/// Ends the change that is being made; nothing has changed then.
#[tauri::command]
pub(crate) fn cancel_packs(app_state: StateHandle<'_>) {
    app_state.package_change.cancel();
}

fn failure(reason: LocalizedMessage) -> Failure {
    Failure::new("packs", &reason)
}
