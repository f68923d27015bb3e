//! `GET /metrics`: figures for Prometheus.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use runtray_wire::ErrorBody;

use crate::http::error::Error;
use crate::http::server::Server;
use crate::journal;
use crate::runs::metrics::{Gauges, MEDIA_TYPE};

/// Figures in the OpenMetrics text format.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "service",
    responses(
        (status = 200, content_type = "application/openmetrics-text", body = String),
        (status = "4XX", body = ErrorBody),
    )
)]
pub(crate) async fn metrics(State(server): State<Arc<Server>>) -> Result<Response, Error> {
    let load = *server.core.admission.load().borrow();
    let writes = matches!(*server.core.journal.state().borrow(), journal::State::Ok | journal::State::Recovered { .. });
    let gauges =
        Gauges { load, waiting: server.core.waiting(), journal_writes: writes, uptime: server.started.elapsed() };
    let text = server.core.metrics.text(&gauges).map_err(Error::internal)?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}
