//! A request's pass: it holds as long as the rules let the request through.
//!
//! The rules may change while a request is being answered or its WebSocket is open: a page is denied, a token becomes required.
//! The request is then judged again, as if it came now. If it is refused, its program is cancelled and its connection is closed,
//! as if its client had left: no further program, no further input, no further output.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::response::Response;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::head::Head;
use super::policy::Refusal;
use crate::http::connections::HangUp;
use crate::http::error::Error;
use crate::http::observed_body::{Observed, Observer};
use crate::http::server::Server;
use crate::platform::origin::Origin;
use crate::settings::Loaded;

/// The pass of one request. Clones are passes of the same request.
#[derive(Clone)]
pub(crate) struct Pass {
    server: Arc<Server>,
    head: Arc<Head>,
    settings: watch::Receiver<Loaded>,
    denials: watch::Receiver<Arc<[Origin]>>,
}

impl Pass {
    /// The pass of `request`, and its allowed origin, if it has one.
    pub(super) fn of(server: &Arc<Server>, request: &Request) -> Result<(Self, Option<Origin>), Refusal> {
        // Subscribed before the verdict, so that no change after it is missed.
        let (settings, denials) = (server.core.settings.subscribe(), server.access.denials.subscribe());
        let head = Head::of(request);
        let origin = head.judge(server)?;
        Ok((Self { server: server.clone(), head: Arc::new(head), settings, denials }, origin))
    }

    /// Waits until the rules refuse the request, and returns the error for its client.
    pub(crate) async fn withdrawn(self) -> Error {
        self.refused().await.error
    }

    /// The response of `answer`, which ends when the rules refuse the request.
    pub(super) async fn hold(
        self,
        hang_up: HangUp,
        answer: impl Future<Output = Response>,
    ) -> Result<Response, Refusal> {
        tokio::select! {
            // The rules first: one change of the settings may alter the rules and also end the wait for the answer.
            biased;
            refusal = self.clone().refused() => Err(refusal),
            response = answer => Ok(self.hold_stream(hang_up, response)),
        }
    }

    /// Closes the connection if the rules refuse the request while its response is being made. A whole response stays.
    fn hold_stream(self, hang_up: HangUp, response: Response) -> Response {
        if response.body().size_hint().exact().is_some() {
            return response;
        }
        let ended = CancellationToken::new();
        let held = Held(ended.clone().drop_guard());
        tokio::spawn(async move {
            if ended.run_until_cancelled(self.refused()).await.is_some() {
                hang_up.now();
            }
        });
        response.map(|body| Body::new(Observed::new(body, held)))
    }

    async fn refused(mut self) -> Refusal {
        loop {
            // The senders live as long as the server, which this value holds.
            let _ = tokio::select! {
                changed = self.settings.changed() => changed,
                changed = self.denials.changed() => changed,
            };
            if let Err(refusal) = self.head.judge(&self.server) {
                self.server.core.metrics.refused(refusal.rule.name());
                return refusal;
            }
        }
    }
}

/// Ends the watch over a response with its body.
struct Held(#[expect(dead_code, reason = "held for its drop")] DropGuard);

impl Observer<Body> for Held {}
