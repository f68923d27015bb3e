//! An app on Tauri's mock runtime, with the capabilities that ship with the app.

use std::sync::Arc;

use runtray_service::paths::Paths;
use serde_json::Value;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, Manager as _, WebviewUrl, WebviewWindow, WebviewWindowBuilder};
use tempfile::TempDir;

use crate::app;
use crate::state::AppState;
use crate::system::login::Login;
use crate::system::login::tests::Remembered;
use crate::system::shutdown::Shutdown;

/// An app with a stopped service.
pub(super) struct MockApp {
    app: App<MockRuntime>,
    pub(super) folder: TempDir,
}

impl MockApp {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let paths = Paths { config: path("config"), data: path("data"), runs: path("runs") };
        let app_state = Arc::new(AppState::new(Some(0), paths, None));
        let app = app::with_commands(mock_builder(), app_state, Shutdown::default())
            .build(tauri::generate_context!())
            .expect("an app");
        app.manage(Login::new(Remembered::default()));
        Self { app, folder }
    }

    /// A window with this label; only `main` has permissions.
    pub(super) fn window(&self, label: &str) -> WebviewWindow<MockRuntime> {
        WebviewWindowBuilder::new(&self.app, label, WebviewUrl::default()).build().expect("a window")
    }
}

/// Calls a command as the window's page would.
pub(super) fn ask(window: &WebviewWindow<MockRuntime>, command: &str, arguments: Value) -> Result<Value, Value> {
    let url = if cfg!(windows) { "http://tauri.localhost" } else { "tauri://localhost" };
    let request = InvokeRequest {
        cmd: command.into(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: url.parse().expect("an address"),
        body: InvokeBody::Json(arguments),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_string(),
    };
    get_ipc_response(window, request).map(|body| body.deserialize().expect("JSON"))
}
