//! Executions.

use runtray_wire::{ExecutionsQuery, ExportFormat, Facets, Statistics};
use tauri::AppHandle;
use tauri::Runtime;
use tauri_plugin_dialog::DialogExt as _;
use tokio::sync::oneshot;

use super::{Answer, StateHandle};
use crate::model::{ExecutionView, Failure, LogPage, Selection, filter};
use crate::sentences;

#[tauri::command]
pub(crate) fn cancel_execution(app_state: StateHandle<'_>, id: String) -> Answer<()> {
    let runs = app_state.present_service().is_some_and(|service| service.cancel(&id));
    if runs { Ok(()) } else { Err(Failure::new("execution_finished", &sentences::ENDED.message())) }
}

#[tauri::command]
pub(crate) async fn executions(app_state: StateHandle<'_>, query: ExecutionsQuery) -> Answer<LogPage> {
    let (page, total) = app_state.lifecycle.history().page(filter(query)).await?;
    Ok(LogPage { page, total })
}

#[tauri::command]
pub(crate) async fn execution(app_state: StateHandle<'_>, id: String) -> Answer<ExecutionView> {
    let record = app_state.lifecycle.history().entry(&id).await?;
    record.map(Into::into).ok_or_else(|| Failure::new("not_found", &sentences::GONE.message()))
}

#[tauri::command]
pub(crate) async fn facets(app_state: StateHandle<'_>) -> Answer<Facets> {
    Ok(app_state.lifecycle.history().facets().await?)
}

#[tauri::command]
pub(crate) async fn statistics(app_state: StateHandle<'_>) -> Answer<Statistics> {
    Ok(app_state.lifecycle.history().statistics().await?)
}

/// The entries that a deletion would delete at this moment.
#[tauri::command]
pub(crate) async fn select_executions(app_state: StateHandle<'_>, query: ExecutionsQuery) -> Answer<Selection> {
    let (selection, count) = app_state.lifecycle.history().select(filter(query.clone())).await?;
    Ok(Selection { query, upto: selection.upto, except: selection.except, count })
}

/// Deletes exactly the selected entries.
#[tauri::command]
pub(crate) async fn delete_executions(app_state: StateHandle<'_>, selection: Selection) -> Answer<u64> {
    Ok(app_state.lifecycle.history().delete(selection.into()).await?)
}

/// Asks for the target; returns the written path, or `None` when the user cancels.
#[tauri::command]
pub(crate) async fn export_executions<R: Runtime>(
    app: AppHandle<R>,
    app_state: StateHandle<'_>,
    format: ExportFormat,
    query: ExecutionsQuery,
) -> Answer<Option<String>> {
    let (kind, extension) = match format {
        ExportFormat::Jsonl => ("JSON Lines", "jsonl"),
        ExportFormat::Csv => ("CSV", "csv"),
    };
    let (answer, chosen) = oneshot::channel();
    let dialog = app.dialog().file().set_title(app_state.language().text("dialog.export", &[]));
    let dialog = dialog.set_file_name(format!("runtray-log.{extension}")).add_filter(kind, &[extension]);
    dialog.save_file(move |path| drop(answer.send(path)));
    let Some(path) = chosen.await.ok().flatten().and_then(|path| path.into_path().ok()) else { return Ok(None) };
    app_state.lifecycle.history().export(path.clone(), format, filter(query)).await?;
    Ok(Some(path.display().to_string()))
}
