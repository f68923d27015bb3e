//! The media types of a Piston client's body.

use axum::http::{HeaderMap, header};

use crate::http::error::Error;
use crate::http::media_type;

/// Checks that the body is declared as JSON, or comes from npm's `piston-client`, which declares its JSON as plain text.
///
/// A page may send plain text to another origin without asking first. It is distinguished from that client by the header
/// `User-Agent`: before a page may send one of its own, its browser asks, as it does before it sends JSON.
///
/// # Errors
/// The body is declared as neither.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Error> {
    if is_of_node(headers) { Ok(()) } else { media_type::check_json(headers) }
}

/// Whether the sender is `node-fetch`, through which that client sends, and no page.
fn is_of_node(headers: &HeaderMap) -> bool {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_text = media_type::media_type(value(header::CONTENT_TYPE)).eq_ignore_ascii_case("text/plain");
    let is_of_a_page = headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
    is_text && value(header::USER_AGENT).starts_with("node-fetch/") && !is_of_a_page
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::check;

    #[test]
    fn plain_text_is_taken_from_one_client_only() {
        const TEXT: (&str, &str) = ("content-type", "text/plain;charset=UTF-8");
        const NODE: (&str, &str) = ("user-agent", "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)");
        for (headers, expected) in [
            (&[("content-type", "application/json")][..], true),
            (&[TEXT, NODE], true),
            (&[TEXT], false),
            (&[NODE], false),
            (&[TEXT, ("user-agent", "Mozilla/5.0 node-fetch/1.0")], false),
            (&[TEXT, NODE, ("origin", "http://localhost:3000")], false),
            (&[TEXT, NODE, ("sec-fetch-site", "same-origin")], false),
            (&[("content-type", "application/x-www-form-urlencoded"), NODE], false),
        ] {
            let named = |(name, value): &(&'static str, &'static str)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            let headers: HeaderMap = headers.iter().map(named).collect();
            assert_eq!(check(&headers).is_ok(), expected, "{headers:?}");
        }
    }
}
