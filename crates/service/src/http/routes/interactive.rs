//! `GET /execute/ws`: runs a program that its client talks to.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use runtray_wire::ErrorBody;

use crate::http::error::Error;
use crate::http::guard::layer::Caller;
use crate::http::middleware::RequestId;
use crate::http::server::Server;
use crate::http::websocket::conversation;
use crate::http::websocket::upgrade::{Upgrade, upgrade};

/// The subprotocol that the service selects if the client offers it.
const PROTOCOL: &str = "runtray";

/// Upgrades to a WebSocket for an interactive program. The client's first message is `Run`; then it may send `Typed`,
/// `SentSignal`, `Resize`, `{"type": "eof"}`, and binary frames, which are standard input as they are. The service sends
/// `ServerMessage`s. One connection runs one program: after `finished` it is closed with 1000, with 1001 when the service
/// stops, with 1008 when the program is not run, with 1009 after a message that is too large. Going away cancels the run.
/// A page, which cannot send a header, offers the subprotocols `runtray` and `bearer.TOKEN` where a token is asked for.
#[utoipa::path(
    get,
    path = "/execute/ws",
    tag = "executions",
    responses(
        (status = 101, description = "The connection is a WebSocket from here on."),
        (status = 400, description = "`invalid_request`, `invalid_host`", body = ErrorBody),
        (status = 401, description = "`token_required`", body = ErrorBody),
        (status = 403, description = "`host_not_allowed`, `origin_not_allowed`, `cross_site`", body = ErrorBody),
        (status = 429, description = "`too_many_executions`", body = ErrorBody),
        (status = 503, description = "`shutting_down`", body = ErrorBody),
    )
)]
pub(crate) async fn connect(
    State(server): State<Arc<Server>>,
    Extension(RequestId(id)): Extension<RequestId>,
    Extension(caller): Extension<Caller>,
    request: Upgrade,
) -> Result<Response, Error> {
    upgrade(server, request, &[PROTOCOL], async move |server, socket| {
        conversation::attend(&server, &caller, id, socket).await;
    })
}
