//! The guard as a layer of the router.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;
use time::macros::format_description;

use super::pass::Pass;
use super::policy::Refusal;
use super::{asked, cors};
use crate::http::connections::HangUp;
use crate::http::error::Error;
use crate::http::server::Server;
use crate::platform::origin::Origin;

/// The sender of a request that the guard let through: an allowed web origin, or a program on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller(Option<Origin>);

impl Caller {
    /// The caller's name in the journal: the origin, or `local`.
    pub(crate) fn name(&self) -> &str {
        self.0.as_ref().map_or("local", Origin::as_str)
    }
}

impl Caller {
    /// The caller's name in the journal: the origin, or `program` for a program that speaks that protocol.
    pub(crate) fn named_or<'a>(&'a self, program: &'a str) -> &'a str {
        self.0.as_ref().map_or(program, Origin::as_str)
    }
}

/// Judges every request; refused requests do not reach the routes.
pub(crate) async fn guard(State(server): State<Arc<Server>>, mut request: Request, next: Next) -> Response {
    let (pass, origin) = match Pass::of(&server, &request) {
        Ok(passed) => passed,
        Err(refusal) => return refuse(&server, refusal, request).await,
    };
    // A preflight is answered here: no route has the method OPTIONS.
    let answered = match cors::is_preflight(request.method(), origin.as_ref()) {
        true => Ok(cors::preflight(request.headers())),
        false => {
            let hang_up: HangUp = request.extensions().get().cloned().unwrap_or_default();
            request.extensions_mut().insert(Caller(origin.clone()));
            request.extensions_mut().insert(pass.clone());
            pass.hold(hang_up, next.run(request)).await
        }
    };
    match answered {
        Ok(response) => readable(response, origin.as_ref()),
        Err(refusal) => readable(refusal.error.into_response(), refusal.readable_by.as_ref()),
    }
}

/// Lets the pages of `origin` read the response.
fn readable(mut response: Response, origin: Option<&Origin>) -> Response {
    if let Some(origin) = origin {
        cors::permit(response.headers_mut(), origin);
    }
    response
}

async fn refuse(server: &Server, mut refusal: Refusal, request: Request) -> Response {
    server.core.metrics.refused(refusal.rule.name());
    if let Some(origin) = refusal.approvable {
        match server.access.denials.sites.until(&origin, OffsetDateTime::now_utc()) {
            Some(until) => refusal.error = Error::SiteDenied { origin: origin.to_string(), until: hour(until) },
            None => offer(server, &origin, request).await,
        }
    }
    readable(refusal.error.into_response(), refusal.readable_by.as_ref())
}

/// A time for people, in UTC.
fn hour(time: OffsetDateTime) -> String {
    time.format(format_description!("[year]-[month]-[day] [hour]:[minute] UTC")).unwrap_or_default()
}

/// Offers the origin for approval. The log says so too, for users without the app's window.
async fn offer(server: &Server, origin: &Origin, request: Request) {
    if server.access.pending.note(origin) {
        tracing::info!(
            "a page of {origin} was refused; to let it run code, add that to `allowed_origins` in {}, or start with `--allow-origin {origin}`",
            server.access.paths.settings_file().display()
        );
    }
    if server.access.pending.lacks_program(origin)
        && let Some(program) = asked::program(server, request).await
    {
        server.access.pending.describe(origin, program);
    }
}
