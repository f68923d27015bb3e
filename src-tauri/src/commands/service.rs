//! The service: on, off, and where it listens.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Answer, OnDesk};

#[tauri::command]
pub(crate) async fn start_service(desk: OnDesk<'_>) -> Answer<()> {
    desk.lifecycle.start().await?;
    Ok(())
}

#[tauri::command]
pub(crate) async fn stop_service(desk: OnDesk<'_>) -> Answer<()> {
    desk.lifecycle.stop().await;
    Ok(())
}

#[tauri::command]
pub(crate) async fn restart_service(desk: OnDesk<'_>) -> Answer<()> {
    desk.lifecycle.restart().await?;
    Ok(())
}

/// Writes the setting and restarts.
#[tauri::command]
pub(crate) async fn use_port(desk: OnDesk<'_>, port: u16) -> Answer<()> {
    let change = BTreeMap::from([("port".to_owned(), Some(json!(port)))]);
    desk.lifecycle.change_settings(change).await?;
    desk.lifecycle.restart().await?;
    Ok(())
}

/// The token that callers must send, where one is asked for.
#[tauri::command]
pub(crate) fn token(desk: OnDesk<'_>) -> Option<String> {
    desk.service().and_then(|service| service.token())
}
