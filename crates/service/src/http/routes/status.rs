//! `GET /status`: how the service is, for its window and its command line.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use runtray_engine::Isolation;
use runtray_engine::message::LocalizedMessage;
use runtray_wire::{ErrorBody, ServiceStatus};

use crate::http::VERSION;
use crate::http::server::Server;
use crate::http::to_wire::{journal_state, words};
use crate::journal::milliseconds;
use crate::settings::{IsolationChoice, Problem};

/// How the service is.
#[utoipa::path(
    get,
    path = "/status",
    tag = "service",
    responses((status = 200, body = ServiceStatus), (status = "4XX", body = ErrorBody))
)]
pub(crate) async fn status(State(server): State<Arc<Server>>) -> Json<ServiceStatus> {
    let (python, python_path, own) = python(&server).await;
    let load = *server.core.admission.load().borrow();
    let settings = server.core.settings.borrow().settings.clone();
    let problems = problems(&server);
    let (journal, journal_detail) = journal_state(&server.core.journal.state().borrow());
    // An interpreter with isolation of its own, such as the built-in Python, has it at every level of the settings.
    let (isolation, isolation_detail) = match own {
        Isolation::None => isolation(&server, settings.isolation),
        own => (own, None),
    };
    Json(ServiceStatus {
        state: server.state.borrow().name().to_owned(),
        url: server.url(),
        addresses: server.addresses.list.iter().map(ToString::to_string).collect(),
        missing_address: server.addresses.missing.map(|address| address.to_string()),
        version: VERSION.to_owned(),
        uptime_ms: milliseconds(server.started.elapsed()),
        python,
        python_path,
        isolation: isolation.name().to_owned(),
        isolation_detail,
        containment: server.core.containment().and_then(|known| *known.borrow()).map(|known| known.name().to_owned()),
        token_required: server.access.asks_for_token(&settings),
        running: load.running,
        queued: load.queued,
        slots: settings.slots,
        journal: journal.to_owned(),
        journal_detail,
        journal_dropped: server.core.journal.dropped(),
        problems: problems.iter().map(ToString::to_string).collect(),
        localized_problems: problems.iter().map(words).collect(),
        restart_needed: server.restart_needed(&settings).into_iter().map(str::to_owned).collect(),
        pending_origins: server.access.pending.watch().borrow().iter().map(Into::into).collect(),
    })
}

/// The problems that its user should know: mistakes in the settings file, then problems of the service itself.
fn problems(server: &Server) -> Vec<LocalizedMessage> {
    let mistakes: Vec<_> = server.core.settings.borrow().problems.iter().map(Problem::message).collect();
    mistakes.into_iter().chain(server.problems()).collect()
}

/// The level of runs, and a reason: why it is not the sandbox where `auto` would choose that, or which parts the sandbox lacks.
fn isolation(server: &Server, choice: IsolationChoice) -> (Isolation, Option<String>) {
    let Some((level, report)) = server.core.sandbox() else { return (Isolation::None, None) };
    let needs_none = matches!(choice, IsolationChoice::None | IsolationChoice::Wasm | IsolationChoice::Container);
    let lack = report.lack.filter(|_| !needs_none).map(|lack| lack.message().to_string());
    let gaps: Vec<String> = report.gaps().iter().map(ToString::to_string).collect();
    let is_told = level == Isolation::Sandbox || (choice == IsolationChoice::Auto && !report.is_for_auto());
    let gaps = Some(gaps.join(" ")).filter(|gaps| is_told && !gaps.is_empty());
    (level, lack.or(gaps))
}

/// The Python in use, its path, and the isolation of its programs; or why there is none.
async fn python(server: &Server) -> (String, Option<String>, Isolation) {
    let languages = server.core.languages();
    let Some(language) = languages.find("python") else {
        return ("not a language here".to_owned(), None, Isolation::None);
    };
    match languages.runtime(language).await {
        Ok(runtime) => (runtime.name.clone(), Some(runtime.path.display().to_string()), runtime.isolation),
        Err(reason) => (reason.to_string(), None, Isolation::None),
    }
}
