//! Pythons and other languages.

use std::path::PathBuf;
use std::time::Instant;

use runtray_engine::interpreter;
use runtray_engine::message::LocalizedMessage;
use runtray_wire::Language;
use tauri::{AppHandle, Runtime};
use tauri_plugin_dialog::DialogExt as _;
use tokio::sync::oneshot;

use super::{Answer, StateHandle};
use crate::model::{Failure, Python, PythonTest};
use crate::sentences;

/// The Pythons of this machine, once the search has ended.
#[tauri::command]
pub(crate) async fn pythons(app_state: StateHandle<'_>) -> Answer<Vec<Python>> {
    Ok(app_state.pythons().await)
}

/// Starts an interpreter once and reports its version and start time.
#[tauri::command]
pub(crate) async fn test_python(app_state: StateHandle<'_>, path: String) -> Answer<PythonTest> {
    let refuse = |reason: LocalizedMessage| Failure::of("python", "not_a_python", &reason);
    let path = PathBuf::from(path.trim());
    if path.as_os_str().is_empty() {
        return Err(refuse(sentences::NO_PATH.message()));
    }
    let started = Instant::now();
    let found = interpreter::test_python(&app_state.lifecycle.machine(), &path).await.map_err(refuse)?;
    let starts_in_ms = (started.elapsed().as_secs_f64() * 1e4).round() / 10.0;
    Ok(PythonTest { ok: true, name: found.name(), version: found.version, starts_in_ms })
}

/// Asks for a file; returns `None` if the user cancels.
#[tauri::command]
pub(crate) async fn browse_python<R: Runtime>(app: AppHandle<R>, app_state: StateHandle<'_>) -> Answer<Option<String>> {
    let (answer, chosen) = oneshot::channel();
    let dialog = app.dialog().file().set_title(app_state.language().text("dialog.python", &[]));
    dialog.pick_file(move |path| drop(answer.send(path)));
    let path = chosen.await.ok().flatten().and_then(|path| path.into_path().ok());
    Ok(path.map(|path| path.display().to_string()))
}

/// Every language with its interpreter; the window words why one cannot run.
#[tauri::command]
pub(crate) async fn languages(app_state: StateHandle<'_>) -> Answer<Vec<Language>> {
    Ok(app_state.languages().await)
}
