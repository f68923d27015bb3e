//! The guard: who may talk to the service. One layer in front of every route, before a body is read.
//!
//! Each rule is a file; `SECURITY.md` says what it was learnt from. `GET /health` is exempt as a whole, the `Host` rule
//! included: probes reach it under names of their own and without any `Host`, it runs nothing and it holds nothing of the
//! user's. A rebound page can learn from it that Runtray is here and in which version, not more. A page of another origin
//! cannot read it: it gets no `Access-Control-Allow-Origin`.

mod cors;
pub(crate) mod denials;
mod fetch_metadata;
mod forwarded;
mod forwarded_header;
mod host;
mod need;
mod origin;
pub(crate) mod pending;
pub(crate) mod root;
pub(crate) mod token;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::error::Error;
use crate::platform::origin::Origin;
use crate::runs::core::App;
use crate::runs::metrics::Rule;
pub(crate) use need::Need;
use origin::Allowed;
use token::Token;

/// Who sent a request that the guard let through: an allowed web origin, or a program on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller(Option<Origin>);

impl Caller {
    /// For the journal: the origin, or `local`.
    pub(crate) fn name(&self) -> &str {
        self.0.as_ref().map_or("local", Origin::as_str)
    }
}

/// What requests are judged by.
struct Policy<'a> {
    port: u16,
    allowed: Allowed<'a>,
    /// Why the token is asked for, where it is. Without a token to compare with, nobody passes then.
    need: Option<Need>,
    token: Option<&'a Token>,
}

/// A refused request.
#[derive(Debug)]
struct Refusal {
    rule: Rule,
    error: Error,
    /// The origin to offer to the user for approval.
    approvable: Option<Origin>,
    /// The allowed origin whose page may read the refusal.
    readable_by: Option<Origin>,
}

/// Judges every request; only those that pass reach the routes.
pub(crate) async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let origin = match judge(&app, &request) {
        Ok(origin) => origin,
        Err(refusal) => return refuse(&app, refusal),
    };
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
fn judge(app: &App, request: &Request) -> Result<Option<Origin>, Refusal> {
    let settings = app.settings.borrow();
    let (token, denied_now) = (app.token(), app.denials.list());
    let is_health = is_open(request, "/health");
    let allowed = Allowed {
        settings: &settings.settings.allowed_origins,
        extra: &app.extra_origins,
        denied: &settings.settings.denied_origins,
        denied_now: &denied_now,
    };
    // Who does not know yet whether we are who we should be sends no token.
    let is_exempt = is_health || is_open(request, "/prove");
    let need = Need::of(app, &settings.settings, request.extensions().get().copied()).filter(|_| !is_exempt);
    let policy = Policy { port: app.port, allowed, need, token: token.as_ref() };
    let verdict = policy.judge(request.method(), request.uri(), request.headers());
    match is_health {
        true => Ok(verdict.ok().flatten()),
        false => verdict,
    }
}

/// Whether the request only reads the route of that path.
fn is_open(request: &Request, path: &str) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD) && request.uri().path() == path
}

fn refuse(app: &App, refusal: Refusal) -> Response {
    app.metrics.refused(refusal.rule);
    if let Some(origin) = &refusal.approvable {
        note(app, origin);
    }
    let mut response = refusal.error.into_response();
    if let Some(origin) = &refusal.readable_by {
        cors::permit(response.headers_mut(), origin);
    }
    response
}

/// Offers the origin for approval, and says so in the log for who has no window to see it in.
fn note(app: &App, origin: &Origin) {
    if app.pending.note(origin) {
        tracing::info!(
            "a page of {origin} was refused; to let it run code, add that to `allowed_origins` in {}, or start with `--allow-origin {origin}`",
            app.places.settings_file().display()
        );
    }
}

impl Policy<'_> {
    fn judge(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Option<Origin>, Refusal> {
        host::check(uri, headers, self.port).map_err(|error| Refusal::by(Rule::Host, error))?;
        forwarded::check(headers, self.allowed).map_err(|error| Refusal::by(Rule::ForwardedHost, error))?;
        let origin = origin::check(headers, self.allowed)
            .map_err(|refused| Refusal { approvable: refused.origin, ..Refusal::by(Rule::Origin, refused.error) })?;
        if origin.is_none() {
            fetch_metadata::check(headers).map_err(|error| Refusal::by(Rule::FetchMetadata, error))?;
        }
        // Browsers ask first without the token and send it with the request itself.
        if let Some(need) = self.need.filter(|_| !cors::is_preflight(method, origin.as_ref())) {
            token::check(headers, self.token, need)
                .map_err(|error| Refusal { readable_by: origin.clone(), ..Refusal::by(Rule::Token, error) })?;
        }
        Ok(origin)
    }
}

impl Refusal {
    fn by(rule: Rule, error: Error) -> Self {
        Self { rule, error, approvable: None, readable_by: None }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

    use super::origin::Allowed;
    use super::token::Token;
    use super::{Need, Policy, Refusal};
    use crate::platform::origin::Origin;
    use crate::runs::metrics::Rule;

    fn judge(
        method: Method,
        strict: bool,
        headers: &[(&'static str, &'static str)],
    ) -> Result<Option<Origin>, Refusal> {
        let allowed = ["http://localhost:3001".parse().expect("an origin")];
        let token = Token::chosen("secret");
        let allowed = Allowed { settings: &allowed, ..Allowed::default() };
        let policy = Policy { port: 5000, allowed, need: strict.then_some(Need::Strict), token: token.as_ref() };
        let map: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        policy.judge(&method, &Uri::from_static("/execute"), &map)
    }

    fn check_refused(rule: Rule, headers: &[(&'static str, &'static str)]) {
        assert_eq!(judge(Method::POST, true, headers).expect_err("a refusal").rule, rule, "{headers:?}");
    }

    const HOST: (&str, &str) = ("host", "localhost:5000");
    const ORIGIN: (&str, &str) = ("origin", "http://localhost:3001");
    const TOKEN: (&str, &str) = ("authorization", "Bearer secret");

    #[test]
    fn the_first_broken_rule_is_named() {
        check_refused(Rule::Host, &[("host", "evil.example"), ("origin", "http://evil.example")]);
        check_refused(Rule::ForwardedHost, &[HOST, ("x-forwarded-host", "evil.example"), ("origin", "null")]);
        check_refused(Rule::Origin, &[HOST, ("origin", "http://evil.example"), TOKEN]);
        check_refused(Rule::FetchMetadata, &[HOST, ("sec-fetch-site", "cross-site"), TOKEN]);
        check_refused(Rule::Token, &[HOST]);
    }

    #[test]
    fn an_allowed_page_may_read_that_it_lacks_the_token() {
        let refusal = judge(Method::POST, true, &[HOST, ORIGIN]).expect_err("a refusal");
        assert!(refusal.readable_by.is_some() && refusal.approvable.is_none());
        let refusal = judge(Method::POST, true, &[HOST, ("origin", "http://evil.example")]).expect_err("a refusal");
        assert!(refusal.readable_by.is_none() && refusal.approvable.is_some());
    }

    #[test]
    fn programs_and_allowed_pages_pass() {
        assert!(judge(Method::POST, false, &[HOST]).expect("curl").is_none());
        assert!(judge(Method::POST, true, &[HOST, TOKEN]).expect("curl with a token").is_none());
        let page = [HOST, ORIGIN, ("sec-fetch-site", "same-site")];
        assert!(judge(Method::POST, false, &page).expect("an allowed page").is_some());
        assert!(judge(Method::OPTIONS, true, &[HOST, ORIGIN]).expect("a preflight has no token").is_some());
        assert!(judge(Method::OPTIONS, true, &[HOST]).is_err(), "without an origin it is no preflight");
    }
}
