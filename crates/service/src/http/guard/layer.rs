//! The guard as a layer of the router.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use time::OffsetDateTime;
use time::macros::format_description;

use super::host::Hosts;
use super::origin::Allowed;
use super::policy::{Policy, Refusal};
use super::{asked, cors};
use crate::http::access::need::Need;
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
    let origin = match judge(&server, &request) {
        Ok(origin) => origin,
        Err(refusal) => return refuse(&server, refusal, request).await,
    };
    // A preflight is answered here: no route has the method OPTIONS.
    let mut response = match cors::is_preflight(request.method(), origin.as_ref()) {
        true => cors::preflight(request.headers()),
        false => {
            request.extensions_mut().insert(Caller(origin.clone()));
            next.run(request).await
        }
    };
    if let Some(origin) = origin {
        cors::permit(response.headers_mut(), &origin);
    }
    response
}

/// The request's allowed origin, if it has one.
fn judge(server: &Server, request: &Request) -> Result<Option<Origin>, Refusal> {
    let access = &server.access;
    let (token, denied_now) = (access.token(), access.denials.list());
    let loaded = server.core.settings.borrow();
    let settings = &loaded.settings;
    let is_health = is_open(request, "/health");
    let allowed = Allowed {
        settings: &settings.allowed_origins,
        extra: &access.extra_origins,
        denied: &settings.denied_origins,
        denied_now: &denied_now,
    };
    // The files of `/docs` are the same for everybody. A client asks `/prove` before it trusts us with its token.
    let is_docs = is_open(request, "/docs") || is_below_docs(request);
    let is_exempt = is_health || is_docs || is_open(request, "/prove");
    let is_for_page = is_docs || is_open(request, "/openapi.json");
    let of_all = access.need_of_all(settings);
    let need = Need::of(of_all, settings, request.extensions().get().copied()).filter(|_| !is_exempt);
    let hosts =
        Hosts { port: server.port(), named: &settings.allowed_hosts, any_address: server.addresses.is_beyond_loopback };
    let policy = Policy { hosts, allowed, need, is_open: is_health, is_for_page, token: token.as_ref() };
    let verdict = policy.judge(request.method(), request.uri(), request.headers());
    // `/health` is served whatever the verdict, but only an allowed origin may read it.
    match is_health {
        true => Ok(verdict.ok().flatten()),
        false => verdict,
    }
}

/// Whether the request only reads the route of that path.
fn is_open(request: &Request, path: &str) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD) && request.uri().path() == path
}

/// Whether the request only reads a file of the page `/docs`.
fn is_below_docs(request: &Request) -> bool {
    request.uri().path().starts_with("/docs/") && is_open(request, request.uri().path())
}

async fn refuse(server: &Server, mut refusal: Refusal, request: Request) -> Response {
    server.core.metrics.refused(refusal.rule.name());
    if let Some(origin) = refusal.approvable {
        match server.access.denials.sites.until(&origin, OffsetDateTime::now_utc()) {
            Some(until) => refusal.error = Error::SiteDenied { origin: origin.to_string(), until: hour(until) },
            None => offer(server, &origin, request).await,
        }
    }
    let mut response = refusal.error.into_response();
    if let Some(origin) = &refusal.readable_by {
        cors::permit(response.headers_mut(), origin);
    }
    response
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
