//! Every route.

use std::any::Any;
use std::sync::{Arc, LazyLock};

use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use runtray_engine::excerpt;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::adapters::{e2b, jupyter, mcp, piston};
use super::error::Error;
use super::guard::layer::guard;
use super::middleware::outermost;
use super::routes::{docs, execute, executions, health, interactive, languages, metrics, openapi, prove, status};
use super::server::Server;

/// The OpenAPI document of all routes.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| table().into_openapi().to_pretty_json().unwrap_or_default());

/// Every route, inside the layers.
pub(crate) fn router(server: Arc<Server>) -> Router {
    let mcp = mcp::route::Endpoint::new(server.sessions.stopping().clone());
    layered(routes().layer(Extension(mcp)).layer(Extension(jupyter::Kernels::default())), server)
}

/// Every route with its documentation. Method and path come from its handler.
fn table() -> OpenApiRouter<Arc<Server>> {
    let document = openapi::Document::openapi().merge_from(piston::Described::openapi());
    OpenApiRouter::with_openapi(document)
        .routes(routes!(health::health))
        .routes(routes!(execute::execute))
        .routes(routes!(interactive::connect))
        .routes(routes!(executions::list))
        .routes(routes!(executions::export))
        .routes(routes!(executions::one, executions::cancel))
        .routes(routes!(languages::languages))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi::openapi))
        .routes(routes!(prove::prove))
        .routes(routes!(status::status))
        .routes(routes!(e2b::create, e2b::list))
        .routes(routes!(e2b::remove))
        .routes(routes!(e2b::restart))
        .routes(routes!(jupyter::list))
        .routes(routes!(jupyter::create))
        .routes(routes!(jupyter::delete))
        .routes(routes!(jupyter::connect))
        .routes(routes!(mcp::route::post, mcp::route::get, mcp::route::delete))
}

fn routes() -> Router<Arc<Server>> {
    let (routes, _) = table().split_for_parts();
    routes
        .merge(piston::routes())
        .merge(docs::routes())
        .layer(Extension(openapi::Text(|| &DOCUMENT)))
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
        excerpt(request.uri().path())
    ))
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    Error::internal(format!("a handler panicked: {}", text.unwrap_or("without a message"))).into_response()
}

#[cfg(test)]
mod tests;
