//! `GET /health`: that the service is there.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use runtray_wire::Health;

use crate::http::VERSION;
use crate::http::server::Server;
use crate::journal::milliseconds;

/// That the service is there, and can start programs. Answers while every slot is busy.
#[utoipa::path(
    get,
    path = "/health",
    tag = "service",
    responses((status = 200, body = Health), (status = 503, body = Health, description = "Programs cannot be started."))
)]
pub(crate) async fn health(State(server): State<Arc<Server>>) -> (StatusCode, Json<Health>) {
    let (code, status, message) = match server.core.trouble() {
        None => (StatusCode::OK, "ok", "Runtray execution service running"),
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, "failing", "Programs cannot be started; GET /status says why"),
    };
    let health = Health {
        status: status.to_owned(),
        message: message.to_owned(),
        platform: if cfg!(windows) { "nt" } else { "posix" }.to_owned(),
        version: VERSION.to_owned(),
        uptime_ms: milliseconds(server.started.elapsed()),
    };
    (code, Json(health))
}
