//! The `Sec-Fetch-Site` rule, for requests without `Origin`: those of other sites' pages are refused, and those of this service's
//! own address need the token.
//!
//! `<script>`, `<img>`, links and form posts send no `Origin`, and neither does a `GET` to the page's own address. Browsers name
//! the relation to the sending page in this header, and no page can change it.
//!
//! A proxy such as a Next.js rewrite passes on `same-origin` for the pages that it serves itself. What tells them apart is
//! `Referer`, which no page can set to another origin; `X-Forwarded-Host` does not, because a page may write it itself.

use axum::http::{HeaderMap, header};

use super::origin::Allowed;
use crate::http::error::Error;
use crate::platform::origin::Origin;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// The sender of a request without `Origin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sender {
    /// A program, a person who typed the address, or an allowed page behind a proxy.
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
}
