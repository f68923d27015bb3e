//! The `Sec-Fetch-Site` rule: refuses requests of other sites' pages that carry no `Origin`.
//!
//! `<script>`, `<img>`, links and form posts send no `Origin`; browsers name the relation to the sending site in this header.

use axum::http::HeaderMap;

use crate::http::error::Error;

const SEC_FETCH_SITE: &str = "sec-fetch-site";

/// Checks a request without `Origin`.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Error> {
    let own = |value: &[u8]| matches!(value, b"none" | b"same-origin");
    match headers.get_all(SEC_FETCH_SITE).iter().any(|value| !own(value.as_bytes())) {
        true => Err(Error::CrossSite),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{SEC_FETCH_SITE, check};

    #[test]
    fn other_sites_are_refused() {
        for (value, allowed) in [
            ("cross-site", false),
            ("same-site", false),
            ("none, cross-site", false),
            ("something new", false),
            ("same-origin", true),
            ("none", true),
        ] {
            let headers =
                HeaderMap::from_iter([(SEC_FETCH_SITE.parse().expect("a name"), HeaderValue::from_static(value))]);
            assert_eq!(check(&headers).is_ok(), allowed, "{value}");
        }
        assert!(check(&HeaderMap::new()).is_ok());
    }
}
