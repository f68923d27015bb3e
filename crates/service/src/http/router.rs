//! Every route.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use runtray_engine::shown;
use tower_http::catch_panic::CatchPanicLayer;

use crate::http::error::Error;
use crate::http::guard::guard;
use crate::http::middleware::envelope;
use crate::http::routes::{execute, executions, health, interactive, languages, metrics, openapi, prove, status};
use crate::runs::core::App;

/// Every route, and around it the layers.
pub(crate) fn router(app: Arc<App>) -> Router {
    layered(routes(), app)
}

fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/health", get(health::health))
        .route("/execute", post(execute::execute))
        .route("/execute/ws", get(interactive::connect))
        .route("/executions", get(executions::list))
        .route("/executions/export", get(executions::export))
        .route("/executions/{id}", get(executions::one).delete(executions::cancel))
        .route("/languages", get(languages::languages))
        .route("/metrics", get(metrics::metrics))
        .route("/openapi.json", get(openapi::openapi))
        .route("/prove", get(prove::prove))
        .route("/status", get(status::status))
        .fallback(not_found)
        .method_not_allowed_fallback(async || Error::MethodNotAllowed)
}

/// From the outside in: the envelope, the guard, and the net for panics.
fn layered(routes: Router<Arc<App>>, app: Arc<App>) -> Router {
    routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), guard))
        .layer(from_fn(envelope))
        .with_state(app)
}

async fn not_found(request: Request) -> Error {
    Error::NotFound(format!(
        "There is no route `{}`. GET /openapi.json lists those that are there.",
        shown(request.uri().path())
    ))
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Error::internal(format!("a handler panicked: {}", text.unwrap_or("without a message"))).into_response()
}

#[cfg(test)]
mod tests;
