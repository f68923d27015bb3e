//! Upgrading a request to a WebSocket.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::request::Parts;
use axum::response::Response;
use runtray_engine::excerpt;
use tracing::Instrument;

use super::socket::Socket;
use crate::http::error::Error;
use crate::http::guard::pass::Pass;
use crate::http::received::Received;
use crate::http::server::Server;

/// The size of a connection's read buffer, in bytes.
const READ_BUFFER: usize = 16 << 10;

/// A request that may be upgraded.
pub(crate) struct Upgrade {
    request: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    received: Received,
    pass: Option<Pass>,
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let received = parts.extensions.get::<Received>().cloned().unwrap_or_default();
        let pass = parts.extensions.get().cloned();
        Ok(Self { request: WebSocketUpgrade::from_request_parts(parts, state).await, received, pass })
    }
}

/// Answers with the upgrade, and then carries `attend` out. `protocols` are the subprotocols that are selected if offered.
///
/// # Errors
/// The request is not for a WebSocket, too many are open, or the service stops.
pub(crate) fn upgrade<F, T>(
    server: Arc<Server>,
    upgrade: Upgrade,
    protocols: &[&'static str],
    attend: F,
) -> Result<Response, Error>
where
    F: FnOnce(Arc<Server>, Socket) -> T + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let Upgrade { request, received, pass } = upgrade;
    let pass = pass.ok_or_else(|| Error::internal("a request for a WebSocket did not pass the guard"))?;
    let upgrade = request.map_err(|rejection| {
        let why = excerpt(&rejection.body_text()).into_owned();
        Error::InvalidRequest(format!("This route speaks WebSocket; open it with a client for that ({why})."))
    })?;
    if server.core.admission.is_closed() {
        return Err(Error::ShuttingDown);
    }
    // Taken before the upgrade, so that a client over the limit gets a 429 instead of a closed socket.
    let permit = server.sessions.acquire().ok_or(Error::TooManyConnections)?;
    // One message holds a whole request, so the limit of bodies applies to it.
    let cap = server.core.settings.borrow().settings.body_bytes;
    let upgrade = upgrade.protocols(protocols.iter().copied());
    let upgrade = upgrade.max_message_size(cap).max_frame_size(cap).read_buffer_size(READ_BUFFER);
    let span = tracing::Span::current();
    Ok(upgrade.on_upgrade(move |socket| {
        let carried = async move {
            received.count(server.budget.share());
            let socket = Socket::new(socket, received, pass);
            let pings = socket.pings();
            let attended = attend(server.clone(), socket);
            // The pings never end by themselves: the session ends when it was attended to its end.
            let session = async {
                tokio::select! {
                    () = attended => {}
                    () = pings => {}
                }
            };
            server.sessions.carry(permit, session).await;
        };
        carried.instrument(span)
    }))
}
