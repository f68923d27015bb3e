//! The service: on, off, and where it listens.

use std::collections::BTreeMap;

use serde_json::json;

use super::{Answer, OnDesk};
use crate::model::{ConsoleAccess, Failure};

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

#[tauri::command]
pub(crate) fn console_access(desk: OnDesk<'_>) -> Answer<ConsoleAccess> {
    let service = desk.service().ok_or_else(|| Failure::new("not_running", "the service is not running"))?;
    Ok(ConsoleAccess { url: service.url(), token: service.token() })
}
