//! `GET /metrics`: figures for Prometheus.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::http::error::Error;
use crate::http::wire::error::ErrorBody;
use crate::journal;
use crate::runs::core::App;
use crate::runs::metrics::{MEDIA_TYPE, Present};

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
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Error> {
    let load = *app.admission.load().borrow();
    let writes = matches!(*app.journal().state().borrow(), journal::State::Ok | journal::State::Recovered { .. });
    let present = Present { load, waiting: app.waiting(), journal_writes: writes, uptime: app.started.elapsed() };
    let text = app.metrics.text(&present).map_err(Error::internal)?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}
