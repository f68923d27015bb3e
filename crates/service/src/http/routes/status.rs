//! `GET /status`: how the service is, for its window and its command line.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use runtray_engine::Isolation;
use runtray_wire::{ErrorBody, ServiceStatus};

use crate::http::VERSION;
use crate::http::server::Server;
use crate::http::to_wire::journal_state;
use crate::journal::milliseconds;

/// How the service is.
#[utoipa::path(
    get,
    path = "/status",
    tag = "service",
    responses((status = 200, body = ServiceStatus), (status = "4XX", body = ErrorBody))
)]
pub(crate) async fn status(State(server): State<Arc<Server>>) -> Json<ServiceStatus> {
    let (python, python_path) = python(&server).await;
    let load = *server.core.admission.load().borrow();
    let settings = server.core.settings.borrow().settings.clone();
    let (journal, journal_detail) = journal_state(&server.core.journal.state().borrow());
    Json(ServiceStatus {
        state: server.state.borrow().name().to_owned(),
        url: server.url(),
        addresses: server.addresses.list.iter().map(ToString::to_string).collect(),
        missing_address: server.addresses.missing.map(|address| address.to_string()),
        version: VERSION.to_owned(),
        uptime_ms: milliseconds(server.started.elapsed()),
        python,
        python_path,
        isolation: Isolation::default().name().to_owned(),
        containment: server.core.containment().and_then(|known| *known.borrow()).map(|known| known.name().to_owned()),
        token_required: server.access.asks_for_token(&settings),
        running: load.running,
        queued: load.queued,
        slots: settings.slots,
        journal: journal.to_owned(),
        journal_detail,
        journal_dropped: server.core.journal.dropped(),
        problems: server.problems(),
        restart_needed: server.restart_needed(&settings).into_iter().map(str::to_owned).collect(),
        pending_origins: server.access.pending.watch().borrow().iter().map(Into::into).collect(),
    })
}

/// The Python in use and its path, or why there is none.
async fn python(server: &Server) -> (String, Option<String>) {
    let languages = server.core.languages();
    let Some(language) = languages.find("python") else { return ("not a language here".to_owned(), None) };
    match languages.runtime(language).await {
        Ok(runtime) => (runtime.name.clone(), Some(runtime.path.display().to_string())),
        Err(reason) => (reason.to_string(), None),
    }
}
