//! `GET /metrics`: figures for Prometheus.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::error::Error;
use crate::journal;
use crate::metrics::{MEDIA_TYPE, Present};
use crate::wire::error::ErrorBody;

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
