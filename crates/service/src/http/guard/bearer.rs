//! The token rule: the request carries the bearer token.

use axum::http::{HeaderMap, Uri, header};
use subtle::ConstantTimeEq;

use crate::http::access::need::Need;
use crate::http::access::token::Token;
use crate::http::error::Error;

/// The prefix of the token in a subprotocol.
const IN_PROTOCOL: &[u8] = b"bearer.";

/// The paths of Jupyter's routes, whose clients send the token in the query.
const JUPYTER: &str = "/api/kernels";

/// Checks `Authorization`, the subprotocols of a WebSocket, or the query of Jupyter's routes. Without a token to compare with,
/// every request is refused.
pub(super) fn check(uri: &Uri, headers: &HeaderMap, token: Option<&Token>, need: Need) -> Result<(), Error> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (values.next(), values.next());
    let presented = match first {
        Some(value) => bearer(value.as_bytes()),
        None => offered(headers).or_else(|| queried(uri)),
    };
    // Compared in constant time, so that the time tells nothing about the token.
    let matches = |token: &Token, presented: &[u8]| bool::from(token.text().as_bytes().ct_eq(presented));
    match (token, presented, second) {
        (Some(token), Some(presented), None) if matches(token, presented) => Ok(()),
        (Some(_), Some(_), None) => Err(Error::TokenWrong),
        _ => Err(Error::TokenRequired(need)),
    }
}

/// The token after `Bearer`, or after `token` as Jupyter's clients write it.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at(value.iter().position(|byte| *byte == b' ')?);
    [&b"Bearer"[..], b"token"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then(|| token.trim_ascii())
}

/// The token in the query of one of Jupyter's routes. It holds no character that would have to be escaped.
fn queried(uri: &Uri) -> Option<&[u8]> {
    let pairs = uri.query().filter(|_| uri.path().starts_with(JUPYTER))?.split('&');
    let mut tokens = pairs.filter_map(|pair| pair.strip_prefix("token="));
    tokens.next().map(str::as_bytes)
}

/// The token among the subprotocols of a WebSocket, because pages cannot set headers there.
fn offered(headers: &HeaderMap) -> Option<&[u8]> {
    let upgrades = headers.get(header::UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"));
    let lists = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter(|_| upgrades);
    let mut offers = lists.flat_map(|list| list.as_bytes().split(|byte| *byte == b','));
    offers.find_map(|offer| offer.trim_ascii().strip_prefix(IN_PROTOCOL))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Uri, header};

    use super::{Need, Token, check};

    fn passes(values: &[&str], token: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).expect("a header"));
        }
        check(&Uri::from_static("/execute"), &headers, token.and_then(Token::chosen).as_ref(), Need::Strict).is_ok()
    }

    #[test]
    fn only_the_token_itself_passes() {
        for value in ["Bearer secret", "bearer secret", "BEARER  secret", "token secret"] {
            assert!(passes(&[value], Some("secret")), "{value}");
        }
        for value in
            ["", "secret", "Bearer", "Bearer ", "Bearer secre", "Bearer secretx", "Bearer SECRET", "Basic secret"]
        {
            assert!(!passes(&[value], Some("secret")), "{value:?} passed");
        }
        assert!(!passes(&[], Some("secret")));
        assert!(!passes(&["Bearer secret", "Bearer secret"], Some("secret")));
        assert!(!passes(&["Bearer "], None) && !passes(&["Bearer secret"], None));
    }

    #[test]
    fn a_web_socket_may_offer_the_token_as_a_subprotocol() {
        let passes = |headers: &[(&'static str, &'static str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, HeaderValue::from_static(value));
            }
            check(&Uri::from_static("/execute"), &map, Token::chosen("secret").as_ref(), Need::Strict).is_ok()
        };
        let upgrade = ("upgrade", "websocket");
        for (offers, expected) in [
            ("runtray, bearer.secret", true),
            ("bearer.secret,runtray", true),
            ("runtray", false),
            ("runtray, bearer.secre", false),
            ("runtray, bearer.", false),
            ("runtray, secret", false),
        ] {
            assert_eq!(passes(&[upgrade, ("sec-websocket-protocol", offers)]), expected, "{offers}");
        }
        let offer = ("sec-websocket-protocol", "runtray, bearer.secret");
        assert!(!passes(&[offer]), "without an upgrade it is no WebSocket");
        assert!(!passes(&[upgrade, offer, ("authorization", "Bearer wrong")]));
    }

    #[test]
    fn only_jupyter_s_routes_take_the_token_in_the_query() {
        for (target, expected) in [
            ("/api/kernels?token=secret", true),
            ("/api/kernels/01j/channels?a=b&token=secret", true),
            ("/api/kernels?token=secre", false),
            ("/api/kernels?token=", false),
            ("/api/kernels?tokens=secret", false),
            ("/api/kernels", false),
            ("/execute?token=secret", false),
            ("/?/api/kernels&token=secret", false),
        ] {
            let uri = Uri::from_static(target);
            let passes = check(&uri, &HeaderMap::new(), Token::chosen("secret").as_ref(), Need::Strict).is_ok();
            assert_eq!(passes, expected, "{target}");
        }
    }
}
