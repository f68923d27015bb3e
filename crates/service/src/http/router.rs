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

use super::error::Error;
use super::guard::layer::guard;
use super::middleware::outermost;
use super::routes::{execute, executions, health, interactive, languages, metrics, openapi, prove, status};
use super::server::Server;

/// Every route, inside the layers.
pub(crate) fn router(server: Arc<Server>) -> Router {
    layered(routes(), server)
}

fn routes() -> Router<Arc<Server>> {
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

/// Adds the layers. From the outside in: the request's id and headers, the guard, and the catcher of panics.
fn layered(routes: Router<Arc<Server>>, server: Arc<Server>) -> Router {
    routes
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(server.clone(), guard))
        .layer(from_fn(outermost))
        .with_state(server)
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
