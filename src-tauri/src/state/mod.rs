//! Application state: the service, its settings, and the values that tray and window show. It uses no Tauri, so that it works
//! without a display.

mod app_state;
pub(crate) mod console;
mod diagnostics;
mod example;
mod interpreter_list;
mod interpreters;
mod naming;
mod packages;
mod problems;
mod recent;
mod status;
mod version_news;
mod versions;

use std::sync::Arc;

pub(crate) use app_state::{AppState, paths};
pub(crate) use diagnostics::about;
pub(crate) use interpreter_list::Interpreters;
pub(crate) use naming::middle;

/// Starts the service, and the tasks that keep the published values up to date.
pub(crate) fn start(app_state: &Arc<AppState>) {
    app_state.publish_status();
    tokio::spawn(status::keep(app_state.clone()));
    tokio::spawn(interpreters::keep(app_state.clone()));
    tokio::spawn(recent::keep(app_state.clone()));
    tokio::spawn(version_news::keep(app_state.clone()));
    let app_state = app_state.clone();
    tokio::spawn(async move {
        if let Err(error) = app_state.lifecycle.start().await {
            tracing::error!(%error, "the service could not be started");
        }
    });
}
