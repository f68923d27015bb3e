//! The `X-Forwarded-Host` rule: a proxy in front may only stand for an allowed front end.
//!
//! A Next.js rewrite puts our name into `Host` and the browser's into `X-Forwarded-Host`: without this rule a rebound page
//! behind such a proxy would pass as a local program.

use axum::http::HeaderMap;

use super::origin::Allowed;
use crate::error::Error;

const X_FORWARDED_HOST: &str = "x-forwarded-host";

/// Checks that every host that a proxy names, in however many headers and lists, is an allowed origin's.
pub(super) fn check(headers: &HeaderMap, allowed: Allowed<'_>) -> Result<(), Error> {
    for value in headers.get_all(X_FORWARDED_HOST) {
        let text = String::from_utf8_lossy(value.as_bytes());
        if let Some(host) = text.split(',').map(str::trim).find(|host| !is_front_end(host, allowed)) {
            return Err(Error::ForwardedHostNotAllowed(host.to_owned()));
        }
    }
    Ok(())
}

/// The header does not say the scheme, so either will do.
fn is_front_end(host: &str, allowed: Allowed<'_>) -> bool {
    ["http", "https"]
        .iter()
        .filter_map(|scheme| format!("{scheme}://{host}").parse().ok())
        .any(|origin| allowed.contains(&origin))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{Allowed, X_FORWARDED_HOST, check};
    use crate::origin::Origin;

    fn allows(values: &[&str]) -> bool {
        let list: Vec<Origin> =
            ["http://localhost:3001", "https://app.example"].map(|one| one.parse().expect(one)).to_vec();
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(X_FORWARDED_HOST, HeaderValue::from_str(value).expect("a header"));
        }
        check(&headers, Allowed { settings: &list, extra: &[] }).is_ok()
    }

    #[test]
    fn every_forwarded_host_must_be_a_front_end_s() {
        for values in
            [&[][..], &["localhost:3001"], &["LOCALHOST:3001"], &["app.example"], &["app.example:443, localhost:3001"]]
        {
            assert!(allows(values), "{values:?} was refused");
        }
        for values in [
            &["evil.example:3001"][..],
            &[""],
            &["localhost"],
            &["localhost:5000"],
            &["localhost:3001, evil.example"],
            &["evil.example, localhost:3001"],
            &["localhost:3001", "evil.example"],
            &["localhost:3001,"],
            &["localhost:3001/"],
            &["x@localhost:3001"],
            &["localhost:3001.evil.example"],
        ] {
            assert!(!allows(values), "{values:?} was allowed");
        }
    }
}
