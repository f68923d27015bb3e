//! The doctor's examination of this machine.

use runtray_service::doctor;
use runtray_wire::Examination;

use super::{Answer, StateHandle};
use crate::model::Failure;

/// Tests this machine by trying each part; this takes some seconds.
#[tauri::command]
pub(crate) async fn examine(app_state: StateHandle<'_>) -> Answer<Examination> {
    let settings = app_state.settings().borrow().settings.clone();
    let found = doctor::examine(&app_state.paths, &settings).await;
    found.as_ref().map(Examination::from).map_err(|error| Failure::new("examine", &error.message()))
}
