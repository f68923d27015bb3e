//! `/mcp`: streamable HTTP.
//!
//! The SDK speaks the protocol. Here the body is read within the service's limits, and the end of a response is noticed: a client
//! that goes away cancels its run, as everywhere in Runtray.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rmcp::model::Extensions;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use runtray_wire::{ErrorBody, ExecuteResponse, Language};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::assistant::{Assistant, Gone};
use super::backend::{Backend, Call};
use super::sessions::Sessions;
use super::{message, on_core};
use crate::http::budget::Share;
use crate::http::error::Error;
use crate::http::guard::layer::Caller;
use crate::http::middleware::RequestId;
use crate::http::observed_body::{Observed, Observer};
use crate::http::server::Server;
use crate::http::{body, media_type};

const SESSION: &str = "mcp-session-id";

/// The MCP server of a service. Clones share it.
#[derive(Clone)]
pub(crate) struct Endpoint {
    service: StreamableHttpService<Assistant<Here>, LocalSessionManager>,
    sessions: Arc<Sessions>,
}

impl Endpoint {
    /// A server whose streams end when `stopping` is cancelled.
    pub(crate) fn new(stopping: CancellationToken) -> Self {
        // The guard has judged host and origin, and the body is read here.
        let config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .disable_allowed_origins()
            .with_max_request_body_bytes(usize::MAX)
            .with_cancellation_token(stopping);
        let sessions = Arc::new(Sessions::new());
        let assistant = || Ok(Assistant::new(Here, Gone::default()));
        let service = StreamableHttpService::new(assistant, sessions.manager.clone(), config);
        Self { service, sessions }
    }

    async fn handle(&self, request: Request) -> Response {
        let is_new = !request.headers().contains_key(SESSION);
        let mut response = self.service.handle(request).await.map(Body::new);
        if response.status().is_client_error() || response.status().is_server_error() {
            // The SDK gives its refusals no type.
            let sentence = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().entry(header::CONTENT_TYPE).or_insert(sentence);
        }
        let session = response.headers().get(SESSION).and_then(|id| id.to_str().ok());
        if let Some(id) = session.filter(|_| is_new) {
            self.sessions.begun(id).await;
        }
        response
    }
}

/// A message of an MCP client (streamable HTTP): JSON-RPC in, JSON or a stream of events out. The tools are `run_code` and
/// `list_languages`. Closing the response of a call cancels its run.
#[utoipa::path(
    post,
    path = "/mcp",
    operation_id = "mcp_post",
    tag = "adapters",
    request_body(content = Value, content_type = "application/json"),
    responses(
        (status = 200, description = "The answer, or a stream with it.", content((Value = "application/json"), (String = "text/event-stream"))),
        (status = 202, description = "A notification was taken."),
        (status = "4XX", description = "As for `POST /execute`, an error of JSON-RPC, or what the protocol says.", content((Value = "application/json"), (String = "text/plain"))),
    )
)]
pub(crate) async fn post(
    State(server): State<Arc<Server>>,
    Extension(endpoint): Extension<Endpoint>,
    request: Request,
) -> Result<Response, Error> {
    let (mut parts, body) = request.into_parts();
    media_type::check_json(&parts.headers)?;
    let mut share = server.budget.share();
    let cap = server.core.settings.borrow().settings.body_bytes;
    let bytes = body::read(&parts.headers, body, cap, &mut share).await?;
    let bytes = match message::checked(bytes) {
        Ok(bytes) => bytes,
        Err(refusal) => return Ok(refusal.into_response()),
    };
    plain(&mut parts.headers, bytes.len());
    let gone = Gone::default();
    // Cancels the call also when this handler is dropped before there is a response.
    let left = gone.0.clone().drop_guard();
    parts.extensions.insert(gone);
    parts.extensions.insert(server);
    let share = Held(Arc::new(Mutex::new(share)));
    parts.extensions.insert(share.clone());
    let response = endpoint.handle(Request::from_parts(parts, Body::from(bytes))).await;
    Ok(response.map(|body| Body::new(Observed::new(body, Watcher { _left: left, _share: share }))))
}

/// Sets the headers of the decoded body in place of the client's.
fn plain(headers: &mut HeaderMap, length: usize) {
    headers.remove(header::CONTENT_ENCODING);
    headers.remove(header::TRANSFER_ENCODING);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
}

/// The stream of the server's own messages, for clients with a session.
#[utoipa::path(
    get,
    path = "/mcp",
    operation_id = "mcp_get",
    tag = "adapters",
    responses(
        (status = 200, body = String, content_type = "text/event-stream"),
        (status = "4XX", description = "No session, or a refusal.", content((ErrorBody = "application/json"), (String = "text/plain"))),
    )
)]
pub(crate) async fn get(Extension(endpoint): Extension<Endpoint>, request: Request) -> Response {
    endpoint.handle(request).await
}

/// Ends a session.
#[utoipa::path(
    delete,
    path = "/mcp",
    operation_id = "mcp_delete",
    tag = "adapters",
    responses(
        (status = 204, description = "It has ended."),
        (status = "4XX", description = "No session, or a refusal.", content((ErrorBody = "application/json"), (String = "text/plain"))),
    )
)]
pub(crate) async fn delete(Extension(endpoint): Extension<Endpoint>, request: Request) -> Response {
    if let Some(id) = request.headers().get(SESSION).and_then(|id| id.to_str().ok()) {
        endpoint.sessions.ended(id);
    }
    let mut response = endpoint.handle(request).await;
    if response.status() == StatusCode::ACCEPTED {
        // The Python SDK takes no other code for success.
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    response
}

/// Is dropped with a response.
struct Watcher {
    _left: DropGuard,
    _share: Held,
}

/// The bytes of a request, then the bytes of its result, until its response is dropped. Clones share them.
#[derive(Clone)]
struct Held(Arc<Mutex<Share>>);

impl Held {
    /// Counts `result` too, which waits in the SDK until the client reads it.
    fn count(&self, result: &ExecuteResponse) {
        // The text and the structured content of the answer both hold it.
        let bytes = 2 * serde_json::to_vec(result).map_or(0, |json| json.len());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).set(bytes);
    }
}

impl Observer<Body> for Watcher {}

/// The service itself as the backend.
#[derive(Clone)]
struct Here;

impl Backend for Here {
    async fn run(&self, call: Call<'_>) -> Result<ExecuteResponse, String> {
        let Some((server, id, origin)) = sender(call.extensions) else { return Err("Runtray is stopping.".into()) };
        let ended = on_core::run(&server.core, &call.body, id.clone(), origin, call.events).await;
        if let (Ok(result), Some(held)) = (&ended, held(call.extensions)) {
            held.count(result);
        }
        ended.map_err(|error| {
            error.log();
            error.body(&id).error
        })
    }

    async fn languages(&self, extensions: &Extensions) -> Result<Vec<Language>, String> {
        let Some((server, ..)) = sender(extensions) else { return Err("Runtray is stopping.".into()) };
        Ok(on_core::languages(&server.core).await)
    }
}

/// The share of the request that sent the call.
fn held(extensions: &Extensions) -> Option<&Held> {
    extensions.get::<axum::http::request::Parts>()?.extensions.get()
}

/// The service, the request's id, and the sender's name in the journal.
fn sender(extensions: &Extensions) -> Option<(Arc<Server>, String, String)> {
    let parts = &extensions.get::<axum::http::request::Parts>()?.extensions;
    let origin = parts.get::<Caller>()?.named_or("mcp");
    Some((parts.get::<Arc<Server>>()?.clone(), parts.get::<RequestId>()?.0.clone(), origin.to_owned()))
}
