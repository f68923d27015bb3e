//! The parts of a request that the rules judge, and their verdict.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri};
use runtray_engine::Peer;

use super::host::Hosts;
use super::origin::Allowed;
use super::policy::{Policy, Refusal};
use crate::http::access::need::Need;
use crate::http::server::Server;
use crate::platform::origin::Origin;

/// A request without its body.
#[derive(Debug)]
pub(super) struct Head {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    /// The user whose program sent it; `None` counts as unknown.
    peer: Option<Peer>,
}

impl Head {
    /// The head of `request`.
    pub(super) fn of(request: &Request) -> Self {
        let (method, uri, headers) = (request.method().clone(), request.uri().clone(), request.headers().clone());
        Self { method, uri, headers, peer: request.extensions().get().copied() }
    }

    /// Judges the request by the present rules. Returns its allowed origin, if it has one.
    pub(super) fn judge(&self, server: &Server) -> Result<Option<Origin>, Refusal> {
        let access = &server.access;
        let (token, denied_now) = (access.token(), access.denials.list());
        let loaded = server.core.settings.borrow();
        let settings = &loaded.settings;
        let is_health = self.is_open("/health");
        let allowed = Allowed {
            settings: &settings.allowed_origins,
            extra: &access.extra_origins,
            denied: &settings.denied_origins,
            denied_now: &denied_now,
        };
        // The files of `/docs` are the same for everybody. A client asks `/prove` before it trusts us with its token.
        let is_docs = self.is_open("/docs") || self.is_below_docs();
        let is_exempt = is_health || is_docs || self.is_open("/prove");
        let is_for_page = is_docs || self.is_open("/openapi.json");
        let of_all = access.need_of_all(settings);
        let need = Need::of(of_all, settings, self.peer).filter(|_| !is_exempt);
        let hosts = Hosts {
            port: server.port(),
            named: &settings.allowed_hosts,
            any_address: server.addresses.is_beyond_loopback,
        };
        let policy = Policy { hosts, allowed, need, is_open: is_health, is_for_page, token: token.as_ref() };
        let verdict = policy.judge(&self.method, &self.uri, &self.headers);
        // `/health` is served whatever the verdict, but only an allowed origin may read it.
        match is_health {
            true => Ok(verdict.ok().flatten()),
            false => verdict,
        }
    }

    /// Whether the request only reads the route of that path.
    fn is_open(&self, path: &str) -> bool {
        matches!(self.method, Method::GET | Method::HEAD) && self.uri.path() == path
    }

    /// Whether the request only reads a file of the page `/docs`.
    fn is_below_docs(&self) -> bool {
        self.uri.path().starts_with("/docs/") && self.is_open(self.uri.path())
    }
}
