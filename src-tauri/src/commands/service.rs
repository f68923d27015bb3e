//! The service: starting, stopping, its address.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Answer, StateHandle};

#[tauri::command]
pub(crate) async fn start_service(app_state: StateHandle<'_>) -> Answer<()> {
    app_state.lifecycle.start().await?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn stop_service(app_state: StateHandle<'_>) -> Answer<()> {
    app_state.lifecycle.stop().await;
    Ok(())
}

#[tauri::command]
pub(crate) async fn restart_service(app_state: StateHandle<'_>) -> Answer<()> {
    app_state.lifecycle.restart().await?;
    Ok(())
}

/// Writes the setting and restarts.
#[tauri::command]
pub(crate) async fn use_port(app_state: StateHandle<'_>, port: u16) -> Answer<()> {
    let change = BTreeMap::from([("port".to_owned(), Some(json!(port)))]);
    app_state.lifecycle.change_settings(change).await?;
    app_state.lifecycle.restart().await?;
    Ok(())
}

/// The token that callers must send, if one is required.
#[tauri::command]
pub(crate) fn token(app_state: StateHandle<'_>) -> Option<String> {
    app_state.service().and_then(|service| service.token())
}
