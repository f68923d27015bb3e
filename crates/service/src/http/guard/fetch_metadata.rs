//! The rule for requests without `Origin`, by `Sec-Fetch-Site` and `Referer`: requests of other sites' pages are refused, and
//! requests of this service's own address need the token.
//!
//! `<script>`, `<img>`, links and form posts send no `Origin`, and neither does a `GET` to the page's own address. Browsers name
//! the relation to the sending page in this header, and no page can change it.
//!
//! A proxy such as a Next.js rewrite passes on `same-origin` for the pages that it serves itself. They are distinguished by
//! `Referer`, which no page can set to another origin, not by `X-Forwarded-Host`, which a page may write itself.
//!
//! Browsers send `Sec-Fetch-Site` only to addresses that they trust, so not to a page that was loaded over plain HTTP from a name
//! that resolves to a proxy on this machine. Such a page is known by its `Referer` too. Programs send neither header.

use axum::http::{HeaderMap, header};

use super::origin::{Allowed, is_own};
use crate::http::error::Error;
use crate::platform::origin::Origin;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// The sender of a request without `Origin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    /// A program, a user's typed address, or an allowed page behind a proxy.
    Known,
    /// A page of this service's own address.
    OwnPage,
}

/// Checks a request without `Origin`.
pub(super) fn check(headers: &HeaderMap, allowed: Allowed<'_>) -> Result<Sender, Error> {
    let sites = || headers.get_all(SEC_FETCH_SITE).iter().map(|value| value.as_bytes());
    let own = |value: &[u8]| matches!(value, b"none" | b"same-origin");
    match () {
        () if !sites().all(own) => Err(Error::CrossSite),
        () if sites().any(|value| value == b"same-origin") && !is_referred(headers, allowed) => Ok(Sender::OwnPage),
        () if is_of_foreign_page(headers, allowed) => Err(Error::CrossSite),
        () => Ok(Sender::Known),
    }
}

/// Whether the request names an allowed page as the one that sent it.
fn is_referred(headers: &HeaderMap, allowed: Allowed<'_>) -> bool {
    let mut referrers = headers.get_all(header::REFERER).iter();
    let (first, second) = (referrers.next(), referrers.next());
    let page = first.and_then(|referrer| referrer.to_str().ok()).and_then(Origin::of_page);
    second.is_none() && page.is_some_and(|page| allowed.contains(&page))
}

/// Whether the request names a page as the one that sent it that is neither allowed nor of the address that it was sent to. Other
/// texts, such as the names of apps, say nothing about web pages.
fn is_of_foreign_page(headers: &HeaderMap, allowed: Allowed<'_>) -> bool {
    headers.get_all(header::REFERER).iter().any(|referrer| {
        let referrer = String::from_utf8_lossy(referrer.as_bytes());
        let scheme = referrer.trim_start().split(':').next().unwrap_or_default();
        let is_page = ["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme));
        is_page && !Origin::of_page(&referrer).is_some_and(|page| allowed.contains(&page) || is_own(headers, &page))
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::{Allowed, SEC_FETCH_SITE, Sender, check};
    use crate::platform::origin::Origin;

    /// The sender, or `None` if the request is refused.
    fn sender(headers: &[(&'static str, &'static str)]) -> Option<Sender> {
        let [page, denied]: [Origin; 2] =
            ["http://localhost:3001", "http://b.example"].map(|one| one.parse().expect(one));
        let settings = [page, denied.clone()];
        let allowed = Allowed { settings: &settings, denied: &[denied], ..Allowed::default() };
        let pairs =
            headers.iter().map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        pairs.for_each(|(name, value): (HeaderName, _)| _ = map.append(name, value));
        check(&map, allowed).ok()
    }

    #[test]
    fn other_sites_are_refused_and_own_pages_are_recognised() {
        for (value, expected) in [
            ("cross-site", None),
            ("same-site", None),
            ("none, cross-site", None),
            ("something new", None),
            ("same-origin", Some(Sender::OwnPage)),
            ("none", Some(Sender::Known)),
        ] {
            assert_eq!(sender(&[(SEC_FETCH_SITE, value)]), expected, "{value}");
        }
        assert_eq!(sender(&[]), Some(Sender::Known));
        assert_eq!(sender(&[(SEC_FETCH_SITE, "none"), (SEC_FETCH_SITE, "same-origin")]), Some(Sender::OwnPage));
    }

    #[test]
    fn only_the_address_of_an_allowed_page_tells_a_proxy_from_this_service() {
        const REFERER: &str = "referer";
        const SAME: (&str, &str) = (SEC_FETCH_SITE, "same-origin");
        for (referrer, expected) in [
            ("http://localhost:3001/", Sender::Known),
            ("http://localhost:3001/ide?file=1", Sender::Known),
            ("http://localhost:5000/", Sender::OwnPage),
            ("http://b.example/", Sender::OwnPage),
            ("http://localhost:3001.evil.example/", Sender::OwnPage),
            ("http://localhost:3001@evil.example/", Sender::OwnPage),
            ("about:client", Sender::OwnPage),
            ("", Sender::OwnPage),
        ] {
            assert_eq!(sender(&[SAME, (REFERER, referrer)]), Some(expected), "{referrer}");
        }
        let page = (REFERER, "http://localhost:3001/");
        assert_eq!(sender(&[SAME, page, page]), Some(Sender::OwnPage), "browsers send one");
        assert_eq!(sender(&[SAME, ("x-forwarded-host", "localhost:3001")]), Some(Sender::OwnPage));
        assert_eq!(sender(&[(SEC_FETCH_SITE, "cross-site"), page]), None);
    }

    #[test]
    fn a_foreign_page_is_known_by_its_address_alone() {
        const HOST: (&str, &str) = ("host", "localhost:5000");
        for (referrer, expected) in [
            ("http://evil.example/", None),
            ("http://evil.example:5000/a?b", None),
            ("HTTPS://evil.example", None),
            (" http://evil.example/", None),
            ("http://b.example/", None),
            ("http://localhost:3001.evil.example/", None),
            ("http://localhost:3001@evil.example/", None),
            ("http://localhost:5001/", None),
            ("https://localhost:5000/", None),
            ("http://", None),
            ("http://localhost:3001/ide", Some(Sender::Known)),
            ("http://localhost:5000/docs", Some(Sender::Known)),
            ("", Some(Sender::Known)),
            ("about:client", Some(Sender::Known)),
            ("android-app://com.example/", Some(Sender::Known)),
            ("httpie", Some(Sender::Known)),
        ] {
            for more in [&[][..], &[(SEC_FETCH_SITE, "none")]] {
                let headers = [&[HOST, ("referer", referrer)], more].concat();
                assert_eq!(sender(&headers), expected, "{headers:?}");
            }
        }
        let (page, foreign) = (("referer", "http://localhost:3001/"), ("referer", "http://evil.example/"));
        assert_eq!(sender(&[HOST, page, foreign]), None, "one of two");
    }
}
