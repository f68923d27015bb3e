//! The rules in their order, over one request.

use axum::http::{HeaderMap, Method, Uri};

use super::fetch_metadata::Sender;
use super::host::{Host, Hosts};
use super::origin::{Allowed, Page};
use super::{bearer, cors, fetch_metadata, forwarded, host, origin};
use crate::http::access::need::Need;
use crate::http::access::token::Token;
use crate::http::error::Error;
use crate::platform::origin::Origin;

/// The rules' input besides the request.
pub(super) struct Policy<'a> {
    pub(super) hosts: Hosts<'a>,
    pub(super) allowed: Allowed<'a>,
    /// Why the request needs the token, if it does. It is then refused if there is no `token` to compare with.
    pub(super) need: Option<Need>,
    /// Whether the route is served whatever the verdict.
    pub(super) is_open: bool,
    /// Whether the service's own page needs this before it has the token.
    pub(super) is_for_page: bool,
    pub(super) token: Option<&'a Token>,
}

/// A rule that refused a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// `Host`.
    Host,
    /// `X-Forwarded-Host` and other headers of proxies.
    ForwardedHost,
    /// `Origin`.
    Origin,
    /// `Sec-Fetch-Site`.
    FetchMetadata,
    /// The bearer token.
    Token,
}

/// A refused request.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) rule: Rule,
    pub(super) error: Error,
    /// The origin to offer to the user for approval.
    pub(super) approvable: Option<Origin>,
    /// The allowed origin whose page may read the refusal.
    pub(super) readable_by: Option<Origin>,
}

impl Rule {
    /// The rule's name in the metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::ForwardedHost => "forwarded_host",
            Self::Origin => "origin",
            Self::FetchMetadata => "fetch_metadata",
            Self::Token => "token",
        }
    }
}

impl Policy<'_> {
    /// The request's allowed origin, if it has one.
    pub(super) fn judge(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Option<Origin>, Refusal> {
        let host = host::check(uri, headers, self.hosts).map_err(|error| Refusal::by(Rule::Host, error))?;
        forwarded::check(headers, self.allowed).map_err(|error| self.forwarded(headers, error))?;
        let page = origin::check(headers, self.allowed, host)
            .map_err(|refused| Refusal { approvable: refused.origin, ..Refusal::by(Rule::Origin, refused.error) })?;
        let is_own = match &page {
            Some(page) => matches!(page, Page::Own(_)),
            None => self.sender(headers)? == Sender::OwnPage,
        };
        let own = (is_own && !self.is_for_page).then_some(Need::OwnPage);
        let readable_by = page.clone().and_then(Page::allowed);
        let origin = page.map(Page::origin);
        // Browsers send the preflight without the token, and the request itself with it.
        let named = (host == Host::Named && !self.is_open).then_some(Need::NamedHost);
        if let Some(need) = self.need.or(named).or(own).filter(|_| !cors::is_preflight(method, origin.as_ref())) {
            bearer::check(uri, headers, self.token, need)
                .map_err(|error| Refusal { readable_by, ..Refusal::by(Rule::Token, error) })?;
        }
        Ok(origin)
    }
}

impl Policy<'_> {
    /// The sender of a request without `Origin`.
    fn sender(&self, headers: &HeaderMap) -> Result<Sender, Refusal> {
        fetch_metadata::check(headers, self.allowed).map_err(|error| Refusal::by(Rule::FetchMetadata, error))
    }

    /// The refusal of a request through a foreign front end. If its page names exactly that front end as its origin,
    /// the answer is about the page, as if it had come without the proxy.
    fn forwarded(&self, headers: &HeaderMap, error: Error) -> Refusal {
        let by = |error| Refusal::by(Rule::ForwardedHost, error);
        let Error::ForwardedHostNotAllowed(front_end) = &error else { return by(error) };
        match origin::behind(headers, self.allowed, front_end) {
            Some(refused) => Refusal { approvable: refused.origin, ..by(refused.error) },
            None => by(error),
        }
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
    use super::{Hosts, Need, Policy, Refusal, Rule, Token};
    use crate::platform::origin::Origin;

    fn judge(
        method: Method,
        strict: bool,
        headers: &[(&'static str, &'static str)],
    ) -> Result<Option<Origin>, Refusal> {
        let allowed = ["http://localhost:3001".parse().expect("an origin")];
        let token = Token::chosen("secret");
        let allowed = Allowed { settings: &allowed, ..Allowed::default() };
        let policy = Policy {
            hosts: Hosts { port: 5000, named: &["host.docker.internal".to_owned()], any_address: false },
            allowed,
            need: strict.then_some(Need::Strict),
            is_open: false,
            is_for_page: false,
            token: token.as_ref(),
        };
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
    fn a_page_behind_a_proxy_is_offered_if_it_is_the_front_end_s_own() {
        let offered = |origin, front_end| {
            let headers = [HOST, ("x-forwarded-host", front_end), ("origin", origin)];
            let refusal = judge(Method::POST, false, &headers).expect_err("a refusal");
            assert_eq!(refusal.rule, Rule::ForwardedHost);
            refusal.approvable.map(|origin| origin.to_string())
        };
        let page = "http://app.example:3002";
        assert_eq!(offered(page, "app.example:3002").as_deref(), Some(page));
        assert_eq!(offered("https://app.example", "app.example").as_deref(), Some("https://app.example"));
        for (origin, front_end) in [
            (page, "app.example"),
            (page, "evil.example:3002"),
            ("null", "app.example:3002"),
            ("http://localhost:3001", "app.example:3002"),
            ("http://app.example:3002, http://app.example:3002", "app.example:3002"),
            ("http://localhost:5000", "localhost:5000"),
        ] {
            assert_eq!(offered(origin, front_end), None, "{origin} behind {front_end}");
        }
        let without = judge(Method::GET, false, &[HOST, ("x-forwarded-host", "app.example:3002")]);
        assert!(without.expect_err("a refusal").approvable.is_none(), "no page is named");
    }

    #[test]
    fn the_service_s_own_page_needs_the_token() {
        let own = ("origin", "http://localhost:5000");
        let refusal = judge(Method::POST, false, &[HOST, own]).expect_err("without the token");
        assert_eq!((refusal.rule, refusal.readable_by, refusal.approvable), (Rule::Token, None, None));
        assert!(judge(Method::POST, false, &[HOST, own, TOKEN]).expect("with the token").is_some());
        for (host, origin) in [
            ("localhost:5000", "http://127.0.0.1:5000"),
            ("127.0.0.1:5000", "http://localhost:5000"),
            ("localhost:5000", "https://localhost:5000"),
            ("localhost:5000", "http://localhost"),
            ("localhost:5000", "http://localhost:5000.evil.example"),
            ("host.docker.internal:5000", "http://host.docker.internal:5000"),
        ] {
            check_refused(Rule::Origin, &[("host", host), ("origin", origin), TOKEN]);
        }
        check_refused(Rule::ForwardedHost, &[HOST, own, ("x-forwarded-host", "localhost:5000"), TOKEN]);
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
