//! `GET /status`: how the service is, for its window and its command line.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use runtray_engine::{Containment, Isolation};

use crate::http::wire::error::ErrorBody;
use crate::http::wire::status::{self, ServiceStatus};
use crate::http::wire::{health, milliseconds};
use crate::runs::core::App;

/// How the service is.
#[utoipa::path(
    get,
    path = "/status",
    tag = "service",
    responses((status = 200, body = ServiceStatus), (status = "4XX", body = ErrorBody))
)]
pub(crate) async fn status(State(app): State<Arc<App>>) -> Json<ServiceStatus> {
    let (python, python_path) = python(&app).await;
    let load = *app.admission.load().borrow();
    let settings = app.settings.borrow().settings.clone();
    let (journal, journal_detail) = status::journal(&app.journal().state().borrow());
    Json(ServiceStatus {
        state: app.state.borrow().name(),
        url: app.url(),
        addresses: app.addresses.iter().map(ToString::to_string).collect(),
        missing_address: app.missing.map(|address| address.to_string()),
        version: health::VERSION,
        uptime_ms: milliseconds(app.started.elapsed()),
        python,
        python_path,
        isolation: Isolation::default().name(),
        containment: app.containment().and_then(|known| *known.borrow()).map(Containment::name),
        token_required: app.asks_for_token(&settings),
        running: load.running,
        queued: load.queued,
        slots: settings.slots,
        journal,
        journal_detail,
        problems: app.problems(),
        restart_needed: app.restart_needed(&settings),
        pending_origins: app.pending.watch().borrow().iter().map(Into::into).collect(),
    })
}

/// The Python in use and its path, or why there is none.
async fn python(app: &App) -> (String, Option<String>) {
    let languages = app.languages();
    let Some(language) = languages.find("python") else { return ("not a language here".to_owned(), None) };
    match languages.runtime(language).await {
        Ok(runtime) => (runtime.name.clone(), Some(runtime.path.display().to_string())),
        Err(reason) => (reason.to_string(), None),
    }
}
