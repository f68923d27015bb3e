//! Piston's routes.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use runtray_engine::Event;
use runtray_wire::ErrorBody;
use utoipa::OpenApi;

use super::answer::{Answer, Stage};
use super::body_type;
use super::connect;
use super::reply::{Message, Refused};
use super::request::{self, Description, Wanted};
use super::runtimes::{self, Runtime};
use crate::http::adapters::submission::{Submitted, submit};
use crate::http::body;
use crate::http::budget::Share;
use crate::http::error::Error;
use crate::http::from_wire::request::Parsed;
use crate::http::guard::layer::Caller;
use crate::http::json_response;
use crate::http::middleware::RequestId;
use crate::http::sent::counted;
use crate::http::server::Server;
use crate::http::websocket::upgrade::{Upgrade, upgrade};
use crate::runs::bounded_text::BoundedText;

/// The name of Piston's clients in the journal.
const ORIGIN: &str = "piston";

/// A refusal: of Piston's routes, or of the guard in front of them.
#[derive(utoipa::ToSchema)]
#[schema(as = PistonRefusal)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the answer")]
enum Refusal {
    Piston(Message),
    Guard(ErrorBody),
}

/// The routes for the document. They are served under two prefixes, with and without a slash at the end.
#[derive(OpenApi)]
#[openapi(paths(execute, runtimes, connect))]
pub(crate) struct Described;

/// Every route.
pub(crate) fn routes() -> Router<Arc<Server>> {
    let mut router = Router::new();
    for prefix in ["/api/v2", "/api/v2/piston"] {
        for end in ["", "/"] {
            router = router
                .route(&format!("{prefix}/execute{end}"), post(execute))
                .route(&format!("{prefix}/runtimes{end}"), get(runtimes))
                .route(&format!("{prefix}/connect{end}"), get(connect));
        }
    }
    router
}

/// Runs a program as Piston does. It is also at `/api/v2/piston/execute`.
#[utoipa::path(
    post,
    path = "/api/v2/execute",
    operation_id = "piston_execute",
    tag = "adapters",
    request_body = Description,
    responses(
        (status = 200, description = "The program was run.", body = Answer),
        (status = "4XX", description = "It was not run, or the guard refused it.", body = Refusal),
        (status = "5XX", description = "It was not run.", body = Message),
    )
)]
async fn execute(
    State(server): State<Arc<Server>>,
    Extension(RequestId(id)): Extension<RequestId>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refused> {
    body_type::check(&headers)?;
    let mut share = server.budget.share();
    let settings = server.core.settings.borrow().settings.clone();
    let body = body::read(&headers, body, settings.body_bytes, &mut share).await?;
    let mut wanted = request::parsed(&body, &settings)?;
    let (language, version) = runtimes::find(&server.core, &mut wanted).await?;
    let Wanted { request, ignored, .. } = wanted;
    let parsed = Parsed { ignored, ..Parsed::new(language.clone(), request) };
    let submitted = submit(&server.core, parsed, id, caller.named_or(ORIGIN).to_owned()).await?;
    let (begun, kept) = (submitted.begun(), settings.kept_output_bytes);
    let answer = answer(submitted, kept, (language, version), share);
    json_response::respond_when(begun, answer, Refused::json).await
}

/// The answer as JSON, once the program has ended.
async fn answer(
    mut submitted: Submitted,
    kept_bytes: usize,
    (language, version): (String, String),
    share: Share,
) -> Result<Bytes, Refused> {
    // Piston's `output` has both streams in the order in which they came.
    let mut output = BoundedText::new(kept_bytes);
    while let Some(event) = submitted.next().await {
        if let Event::Stdout(text) | Event::Stderr(text) = event {
            output.push(&text);
        }
    }
    let (mut response, refill) = submitted.ended().await?;
    let ignored = std::mem::take(&mut response.ending.ignored);
    let run = Stage::new(response, output.into_text(None));
    let json = serde_json::to_vec(&Answer { run, language, version, ignored }).map_err(Error::internal)?;
    Ok(counted(json, share, refill))
}

/// The languages that can run here, as Piston lists them. It is also at `/api/v2/piston/runtimes`.
#[utoipa::path(
    get,
    path = "/api/v2/runtimes",
    operation_id = "piston_runtimes",
    tag = "adapters",
    responses((status = 200, body = [Runtime]), (status = "4XX", body = ErrorBody))
)]
async fn runtimes(State(server): State<Arc<Server>>) -> Json<Vec<Runtime>> {
    Json(runtimes::list(&server.core).await)
}

/// Upgrades to Piston's WebSocket: `init`, `data`, `signal` and, as an addition, `eof`; answered by `runtime`, `stage`, `data`,
/// `exit` and `error`. It is also at `/api/v2/piston/connect`.
#[utoipa::path(
    get,
    path = "/api/v2/connect",
    operation_id = "piston_connect",
    tag = "adapters",
    responses(
        (status = 101, description = "The connection is a WebSocket from here on."),
        (status = "4XX", body = ErrorBody),
        (status = 503, description = "`shutting_down`", body = ErrorBody),
    )
)]
async fn connect(
    State(server): State<Arc<Server>>,
    Extension(RequestId(id)): Extension<RequestId>,
    Extension(caller): Extension<Caller>,
    request: Upgrade,
) -> Result<Response, Error> {
    let origin = caller.named_or(ORIGIN).to_owned();
    upgrade(server, request, &[], async move |server, socket| connect::attend(&server, origin, id, socket).await)
}
