//! `/contexts`: refused until there are sessions.

use axum::http::StatusCode;
use runtray_wire::ErrorBody;

/// The error that E2B's clients show.
pub(super) const NO_CONTEXTS: &str = "Runtray has no contexts: each run is a process of its own, and no variable stays for the \
next one. Leave `context` out, and send the whole program.";

type Refused = (StatusCode, &'static str);

fn refused() -> Refused {
    (StatusCode::NOT_FOUND, NO_CONTEXTS)
}

/// Refuses to create a context of E2B.
#[utoipa::path(
    post,
    path = "/contexts",
    operation_id = "e2b_create_context",
    tag = "adapters",
    responses((status = "4XX", description = "There are no contexts, or the guard refused it.", content((String = "text/plain"), (ErrorBody = "application/json"))))
)]
pub(crate) async fn create() -> Refused {
    refused()
}

/// Refuses to list the contexts of E2B.
#[utoipa::path(
    get,
    path = "/contexts",
    operation_id = "e2b_list_contexts",
    tag = "adapters",
    responses((status = "4XX", description = "There are no contexts, or the guard refused it.", content((String = "text/plain"), (ErrorBody = "application/json"))))
)]
pub(crate) async fn list() -> Refused {
    refused()
}

/// Refuses to remove a context of E2B.
#[utoipa::path(
    delete,
    path = "/contexts/{id}",
    operation_id = "e2b_remove_context",
    tag = "adapters",
    params(("id" = String, Path, description = "The context.")),
    responses((status = "4XX", description = "There are no contexts, or the guard refused it.", content((String = "text/plain"), (ErrorBody = "application/json"))))
)]
pub(crate) async fn remove() -> Refused {
    refused()
}

/// Refuses to restart a context of E2B.
#[utoipa::path(
    post,
    path = "/contexts/{id}/restart",
    operation_id = "e2b_restart_context",
    tag = "adapters",
    params(("id" = String, Path, description = "The context.")),
    responses((status = "4XX", description = "There are no contexts, or the guard refused it.", content((String = "text/plain"), (ErrorBody = "application/json"))))
)]
pub(crate) async fn restart() -> Refused {
    refused()
}
