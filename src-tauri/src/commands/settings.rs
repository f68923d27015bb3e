//! Settings, and the user's decisions on web origins.

use std::collections::BTreeMap;

use runtray_service::origin::{InvalidOrigin, Origin};
use runtray_wire::NetworkAnswer;
use serde_json::{Value, json};

use super::{Answer, StateHandle};
use crate::model::{Failure, SettingsView};
use crate::sentences;

#[tauri::command]
pub(crate) fn settings(app_state: StateHandle<'_>) -> SettingsView {
    app_state.settings_view_now()
}

/// Writes all of the changes or none; `null` restores the default.
#[tauri::command]
pub(crate) async fn change_settings(
    app_state: StateHandle<'_>,
    changes: BTreeMap<String, Option<Value>>,
) -> Answer<SettingsView> {
    app_state.lifecycle.change_settings(changes).await?;
    Ok(app_state.settings_view())
}

#[tauri::command]
pub(crate) async fn allow_origin(app_state: StateHandle<'_>, origin: String) -> Answer<()> {
    app_state.lifecycle.allow_origin(&parse(&origin)?).await?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn deny_origin(app_state: StateHandle<'_>, origin: String) -> Answer<()> {
    app_state.lifecycle.deny_origin(&parse(&origin)?).await?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn revoke_origin(app_state: StateHandle<'_>, origin: String) -> Answer<()> {
    app_state.lifecycle.revoke_origin(&parse(&origin)?).await?;
    Ok(())
}

/// Answers the program of the execution `id`, which waits to hear whether it may use the network.
#[tauri::command]
pub(crate) async fn answer_network(app_state: StateHandle<'_>, id: String, answer: NetworkAnswer) -> Answer<()> {
    match app_state.lifecycle.answer_network(&id, answer).await? {
        true => Ok(()),
        false => Err(Failure::new("no_question", &sentences::NO_QUESTION.message())),
    }
}

#[tauri::command]
pub(crate) async fn dismiss_welcome(app_state: StateHandle<'_>) -> Answer<()> {
    let change = BTreeMap::from([("desktop.welcomed".to_owned(), Some(json!(true)))]);
    app_state.lifecycle.change_settings(change).await?;
    Ok(())
}

fn parse(origin: &str) -> Answer<Origin> {
    origin
        .trim()
        .parse()
        .map_err(|error: InvalidOrigin| Failure::of("allowed_origins", "invalid_origin", error.message()))
}
