//! The `Origin` rule: a page may run code if its exact origin is on the list.
//!
//! The service's own page (`/docs`) is on no list. It shares its origin with every other program that ever listened on this port,
//! whose pages and service workers may still be in a browser, so it is let through only with the token.

use axum::http::{HeaderMap, header};

use super::host::Host;
use crate::http::error::Error;
use crate::platform::origin::Origin;

const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The web origins that may run code: from the settings, and given when the service was started.
#[derive(Clone, Copy, Default)]
pub(super) struct Allowed<'a> {
    /// `allowed_origins` of the settings.
    pub(super) settings: &'a [Origin],
    /// Origins given at the start.
    pub(super) extra: &'a [Origin],
    /// `denied_origins` of the settings.
    pub(super) denied: &'a [Origin],
    /// Origins denied while the settings could not be written.
    pub(super) denied_now: &'a [Origin],
}

impl Allowed<'_> {
    /// Whether exactly this origin is on an allowing list, and its page on no denying one.
    pub(super) fn contains(self, origin: &Origin) -> bool {
        (self.settings.contains(origin) || self.extra.contains(origin)) && !self.denies(origin)
    }

    /// Whether the user denied this page. That takes precedence over every allowing list.
    pub(super) fn denies(self, origin: &Origin) -> bool {
        self.denied.iter().chain(self.denied_now).any(|denied| denied.is_same_page(origin))
    }

    /// Whether a host, with or without a port, is a loopback name or the host of an allowed origin.
    pub(super) fn has_host(self, host: &str) -> bool {
        let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
        let mut allowed = self.settings.iter().chain(self.extra).filter(|origin| self.contains(origin));
        LOOPBACK.iter().any(|known| known.eq_ignore_ascii_case(name))
            || allowed.any(|origin| origin.host().eq_ignore_ascii_case(name))
    }
}

/// A page that sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Page {
    /// Its origin is on a list.
    Allowed(Origin),
    /// It is the service's own.
    Own(Origin),
}

impl Page {
    /// Its origin.
    pub(super) fn origin(self) -> Origin {
        match self {
            Self::Allowed(origin) | Self::Own(origin) => origin,
        }
    }

    /// Its origin, if it is on a list.
    pub(super) fn allowed(self) -> Option<Origin> {
        match self {
            Self::Allowed(origin) => Some(origin),
            Self::Own(_) => None,
        }
    }
}

/// The origin in `text`, if it is written as browsers do.
fn parse(text: &str) -> Option<Origin> {
    text.parse().ok().filter(|origin| is_serialised(origin, text))
}

/// Whether `text` is exactly a browser's spelling of `origin`; a default port may be present.
fn is_serialised(origin: &Origin, text: &str) -> bool {
    let port = if text.starts_with("https:") { ":443" } else { ":80" };
    text.strip_suffix(port).unwrap_or(text) == origin.as_str()
}

/// Why an origin was refused.
#[derive(Debug)]
pub(super) struct Refused {
    /// The error for the client.
    pub(super) error: Error,
    /// The origin, if it may be allowed.
    pub(super) origin: Option<Origin>,
}

/// The page that sent the request, if one did. `host` is how the request names the service.
pub(super) fn check(headers: &HeaderMap, allowed: Allowed<'_>, host: Host) -> Result<Option<Page>, Refused> {
    let values = headers.get_all(header::ORIGIN).iter().map(|origin| String::from_utf8_lossy(origin.as_bytes()));
    let values: Vec<_> = values.collect();
    if values.is_empty() {
        return Ok(None);
    }
    // Browsers send one. Several, joined, parse as no origin and are refused.
    let text = values.join(", ");
    match parse(&text) {
        Some(origin) if allowed.contains(&origin) => Ok(Some(Page::Allowed(origin))),
        Some(origin) if allowed.denies(&origin) => {
            Err(Refused { error: Error::OriginDenied(origin.to_string()), origin: None })
        }
        Some(origin) if host == Host::Loopback && is_own(headers, &origin) => Ok(Some(Page::Own(origin))),
        origin => Err(Refused { error: refusal(&text, origin.as_ref()), origin }),
    }
}

/// Why a page is refused that sent its request through the front end at `host`, if its one origin is that front end's.
pub(super) fn behind(headers: &HeaderMap, allowed: Allowed<'_>, host: &str) -> Option<Refused> {
    let is_own = |origin: &Origin| is_own(headers, origin);
    let refused = check(headers, allowed, Host::Named).err()?;
    let text = headers.get(header::ORIGIN)?.to_str().ok()?;
    let origin = parse(text).filter(|origin| origin.is_at(host) && !is_own(origin))?;
    (headers.get_all(header::ORIGIN).iter().count() == 1 && !allowed.contains(&origin)).then_some(refused)
}

/// Whether the origin is the address that the request was sent to.
pub(super) fn is_own(headers: &HeaderMap, origin: &Origin) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.and_then(|host| format!("http://{host}").parse::<Origin>().ok()).is_some_and(|own| own == *origin)
}

/// The error for a refused origin. It says how to allow the origin only if that is possible.
fn refusal(text: &str, origin: Option<&Origin>) -> Error {
    match (origin, text) {
        (Some(origin), _) => Error::OriginNotAllowed(origin.to_string()),
        (None, "null") => Error::OriginOpaque,
        (None, other) => Error::OriginUnusable(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{Allowed, Host, check};
    use crate::platform::origin::Origin;

    fn allows(origins: &[&str]) -> Option<bool> {
        let list: Vec<Origin> =
            ["http://localhost:3001", "https://app.example"].map(|one| one.parse().expect(one)).to_vec();
        let mut headers = HeaderMap::new();
        for origin in origins {
            headers.append(header::ORIGIN, HeaderValue::from_bytes(origin.as_bytes()).expect("a header"));
        }
        check(&headers, Allowed { settings: &list[..1], extra: &list[1..], ..Allowed::default() }, Host::Loopback)
            .ok()
            .map(|origin| origin.is_some())
    }

    #[test]
    fn exactly_the_listed_origins_pass() {
        for origin in ["http://localhost:3001", "https://app.example", "https://app.example:443"] {
            assert_eq!(allows(&[origin]), Some(true), "{origin}");
        }
        assert_eq!(allows(&[]), Some(false));
        for origin in [
            "",
            "null",
            "*",
            "https://evil.example",
            "http://localhost:3001.evil.example",
            "http://localhost:30010",
            "http://localhost",
            "https://localhost:3001",
            "http://127.0.0.1:3001",
            "http://203.0.113.5",
            "http://localhost:3001@evil.example",
            "http://evil.example#http://localhost:3001",
            "http://app.example",
            "https://sub.app.example",
            "http://localhost:3001, https://evil.example",
            "http://localhost:3001/",
            "file://",
            "http:\\\\localhost:3001",
            "http:localhost:3001",
            "HTTP://localhost:3001",
            "http://LOCALHOST:3001",
            "http://local\thost:3001",
            "http://\u{ff4c}ocalhost:3001",
        ] {
            assert_eq!(allows(&[origin]), None, "{origin:?} was allowed");
        }
    }

    #[test]
    fn denied_beats_allowed_in_every_order_and_spelling() {
        let origin = |text: &str| text.parse::<Origin>().expect(text);
        let page = [origin("http://a.example:3000")];
        for text in ["http://a.example:3000", "http://A.EXAMPLE:3000", "http://a.example.:3000"] {
            let denied = [origin("http://other.example"), origin(text)];
            let headers = HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static("http://a.example:3000"))]);
            for allowed in [
                Allowed { settings: &page, denied: &denied, ..Allowed::default() },
                Allowed { extra: &page, denied: &denied, ..Allowed::default() },
                Allowed { settings: &page, denied_now: &denied, ..Allowed::default() },
                Allowed { settings: &page, extra: &page, denied: &denied, denied_now: &denied },
            ] {
                let refused = check(&headers, allowed, Host::Loopback).expect_err("denied");
                assert!(refused.error.to_string().contains("denied") && refused.origin.is_none(), "{text}");
                assert!(!allowed.has_host("a.example"));
            }
        }
    }

    #[test]
    fn two_origins_are_refused_even_when_both_are_allowed() {
        assert_eq!(allows(&["http://localhost:3001", "http://localhost:3001"]), None);
    }
}
