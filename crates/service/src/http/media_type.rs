//! Media types of requests.

use axum::http::{HeaderMap, header};

use super::error::Error;

/// Checks that the body is declared as JSON: `application/json` or `application/…+json`. A page cannot send either to another
/// origin without asking first.
///
/// # Errors
/// The body is declared as something else, or not at all.
pub(crate) fn check_json(headers: &HeaderMap) -> Result<(), Error> {
    if is_json(headers) { Ok(()) } else { Err(Error::UnsupportedMediaType) }
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let declared = types.next().and_then(|value| value.to_str().ok());
    types.next().is_none() && declared.is_some_and(|declared| names_json(&media_type(declared).to_ascii_lowercase()))
}

fn names_json(media_type: &str) -> bool {
    let Some(subtype) = media_type.strip_prefix("application/") else { return false };
    subtype == "json" || subtype.strip_suffix("+json").is_some_and(|format| !format.is_empty())
}

/// A media type without its parameters.
pub(crate) fn media_type(value: &str) -> &str {
    value.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::is_json;

    #[test]
    fn only_json_is_accepted() {
        for (declared, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/json ;charset=utf-8", true),
            ("application/problem+json", true),
            ("application/vnd.api+JSON; charset=utf-8", true),
            ("application/+json", false),
            ("text/x+json", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("text/plain; application/json", false),
            ("application/jsonp", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(declared))]);
            assert_eq!(is_json(&headers), expected, "{declared:?}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
