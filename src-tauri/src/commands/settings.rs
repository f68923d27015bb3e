//! Settings, and the user's word on web origins.

use std::collections::BTreeMap;

use runtray_service::origin::{InvalidOrigin, Origin};
use serde_json::{Value, json};

use super::{Answer, OnDesk};
use crate::model::{Failure, SettingsView};

#[tauri::command]
pub(crate) fn settings(desk: OnDesk<'_>) -> SettingsView {
    desk.settings_view_now()
}

/// Writes all of the changes or none; `null` is the default.
#[tauri::command]
pub(crate) async fn change_settings(
    desk: OnDesk<'_>,
    changes: BTreeMap<String, Option<Value>>,
) -> Answer<SettingsView> {
    desk.lifecycle.change_settings(changes).await?;
    Ok(desk.settings_view())
}

#[tauri::command]
pub(crate) async fn allow_origin(desk: OnDesk<'_>, origin: String) -> Answer<()> {
    desk.lifecycle.allow_origin(&parse(&origin)?).await?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn deny_origin(desk: OnDesk<'_>, origin: String) -> Answer<()> {
    desk.lifecycle.deny_origin(&parse(&origin)?).await?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn revoke_origin(desk: OnDesk<'_>, origin: String) -> Answer<()> {
    desk.lifecycle.revoke_origin(&parse(&origin)?).await?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn dismiss_welcome(desk: OnDesk<'_>) -> Answer<()> {
    let change = BTreeMap::from([("desktop.welcomed".to_owned(), Some(json!(true)))]);
    desk.lifecycle.change_settings(change).await?;
    Ok(())
}

fn parse(origin: &str) -> Answer<Origin> {
    origin.trim().parse().map_err(|error: InvalidOrigin| Failure::of("allowed_origins", "invalid_origin", error.said()))
}
