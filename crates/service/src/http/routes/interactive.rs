//! `GET /execute/ws`: runs a program that its client talks to.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use runtray_engine::shown;
use runtray_wire::ErrorBody;
use tracing::Instrument;

use crate::http::error::Error;
use crate::http::guard::layer::Caller;
use crate::http::middleware::RequestId;
use crate::http::server::Server;
use crate::http::websocket::conversation;

/// The subprotocol that the service selects if the client offers it.
const PROTOCOL: &str = "runtray";
/// The size of a connection's read buffer, in bytes.
const READ_BUFFER: usize = 16 << 10;

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
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Error> {
    let upgrade = upgrade.map_err(|rejection| {
        let why = shown(&rejection.body_text()).into_owned();
        Error::InvalidRequest(format!("This route speaks WebSocket; open it with a client for that ({why})."))
    })?;
    if server.core.admission.is_closed() {
        return Err(Error::ShuttingDown);
    }
    let permit = server.sessions.acquire().ok_or(Error::TooManyConnections)?;
    let cap = server.core.settings.borrow().settings.body_bytes;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(cap).max_frame_size(cap).read_buffer_size(READ_BUFFER);
    let span = tracing::Span::current();
    Ok(upgrade.on_upgrade(move |socket| {
        let attend = async move {
            server.sessions.carry(permit, conversation::attend(&server, &caller, id, socket)).await;
        };
        attend.instrument(span)
    }))
}
