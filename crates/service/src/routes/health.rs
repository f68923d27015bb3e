//! `GET /health`: that the service is there.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::wire::health::{Health, VERSION};
use crate::wire::milliseconds;

/// That the service is there. Answers while every slot is busy.
#[utoipa::path(get, path = "/health", tag = "service", responses((status = 200, body = Health)))]
pub(crate) async fn health(State(app): State<Arc<App>>) -> Json<Health> {
    Json(Health {
        status: "ok",
        message: "Runtray execution service running",
        platform: if cfg!(windows) { "nt" } else { "posix" },
        version: VERSION,
        uptime_ms: milliseconds(app.started.elapsed()),
    })
}
