//! The outermost layer: the request's id, the headers of every response, and the bodies of errors.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use runtray_engine::excerpt;
use tracing::Instrument;
use ulid::Ulid;

use super::body::Lingering;
use super::error::{Error, Undelivered};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(super) const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The id of a request. An execution that it starts has the same id.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// The outermost layer.
pub(crate) async fn outermost(request: Request, next: Next) -> Response {
    let id = Ulid::generate().to_string();
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(RequestId(id.clone()));
    let body = Lingering::body(&parts.headers, body);
    let (method, path) = (excerpt(parts.method.as_str()), excerpt(parts.uri.path()));
    let span = tracing::info_span!("request", id, method = &*method, path = &*path);
    let respond = async {
        let mut response = next.run(Request::from_parts(parts, body)).await;
        // Routes and layers leave an error to be written here, where the id of the request is known.
        if let Some(Undelivered(error)) = response.extensions_mut().remove() {
            error.log();
            write_error(&mut response, &error, &id);
        }
        tracing::debug!(status = response.status().as_u16(), "answered");
        response
    };
    let mut response = respond.instrument(span).await;
    set_headers(&mut response, &id);
    response
}

/// Writes an error's body. Headers that other layers have set, such as `Allow`, stay.
fn write_error(response: &mut Response, error: &Error, id: &str) {
    let json = serde_json::to_vec(&error.body(id)).unwrap_or_default();
    *response.body_mut() = Body::from(json);
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.extend(error.header());
}

/// Sets the headers of every response. Its content depends on the caller, hence `Vary`. `no-transform` keeps proxies that
/// compress, such as Next.js, from collecting a stream to its end.
fn set_headers(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    // Pages of other origins cannot embed a response, but for a route that allows it. Requests that CORS allows are not affected.
    headers.entry(CROSS_ORIGIN_RESOURCE_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, id);
    }
}
