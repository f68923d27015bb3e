//! The settings of assistants on this machine.

use runtray_engine::message::LocalizedMessage;

use super::{Answer, StateHandle};
use crate::assistants::Assistants;
use crate::model::{AssistantAction, AssistantChange, AssistantsView, Failure};
use crate::sentences as s;

/// The installed assistants, and whether they use Runtray.
#[tauri::command]
pub(crate) async fn assistants(app_state: StateHandle<'_>) -> Answer<AssistantsView> {
    Ok(AssistantsView::from(&found(&app_state)?))
}

/// Previews a change; nothing is written.
#[tauri::command]
pub(crate) async fn plan_assistant(
    app_state: StateHandle<'_>,
    id: String,
    action: AssistantAction,
) -> Answer<AssistantChange> {
    let planned = found(&app_state)?.plan(&id, action.into());
    planned.map(AssistantChange::from).map_err(|why| failure(&why))
}

/// Makes the change that was shown.
#[tauri::command]
pub(crate) async fn apply_assistant(
    app_state: StateHandle<'_>,
    id: String,
    action: AssistantAction,
    basis: String,
) -> Answer<AssistantsView> {
    let found = found(&app_state)?;
    found.apply(&id, action.into(), &basis).map_err(|why| failure(&why))?;
    Ok(AssistantsView::from(&found))
}

/// Opens the settings of an assistant in an editor, so that a mistake in them can be corrected.
#[tauri::command]
pub(crate) async fn open_assistant(app_state: StateHandle<'_>, id: String) -> Answer<()> {
    let file = found(&app_state)?.file(&id).map_err(|why| failure(&why))?;
    let message = |error| s::NOT_OPENED.with("path", file.display()).with("cause", &error);
    open::that_detached(&file).map_err(|error| failure(&message(error)))
}

fn found(app_state: &StateHandle<'_>) -> Answer<Assistants> {
    Assistants::of_this_user(&app_state.paths.data).map_err(|why| failure(&why))
}

fn failure(why: &LocalizedMessage) -> Failure {
    Failure::new("assistant", why)
}
