//! `GET /languages`: the languages that can run here.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use runtray_wire::{ErrorBody, Language};

use crate::http::server::Server;
use crate::http::to_wire::language;

/// Every language, what runs it on this machine, and why nothing does where that is so.
#[utoipa::path(
    get,
    path = "/languages",
    tag = "languages",
    responses((status = 200, body = [Language]), (status = "4XX", body = ErrorBody))
)]
pub(crate) async fn languages(State(server): State<Arc<Server>>) -> Json<Vec<Language>> {
    Json(server.core.entries().await.into_iter().map(language).collect())
}
