//! Arbitrary headers: only listed origins and hosts pass.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::forwarded_header;
use super::host::{self, Host, Hosts};
use super::origin::Allowed;
use super::policy::Policy;
use crate::platform::origin::Origin;

const NAMED: &str = "host.docker.internal";
/// The pages that are allowed; the last one is denied as well.
const PAGES: [&str; 4] = ["http://localhost:3001", "https://app.example", "http://[::1]:3001", "http://denied.example"];
/// Headers that a browser or a proxy sends.
const HEADERS: [&str; 9] = [
    "host",
    "origin",
    "forwarded",
    "x-forwarded-host",
    "x-forwarded-server",
    "x-original-url",
    "x_original_host",
    "sec-fetch-site",
    "authorization",
];
/// The parts of their values.
const PARTS: [&str; 34] = [
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "127.1",
    "[::1]",
    "[::]",
    "0.0.0.0",
    "evil.example",
    "app.example",
    "denied.example",
    NAMED,
    ":5000",
    ":3001",
    ":80",
    ":443",
    ":05000",
    ":",
    "http://",
    "https://",
    "HTTP://",
    "/",
    "\\",
    "@",
    "#",
    "?",
    ",",
    ";",
    " ",
    "\t",
    ".",
    "null",
    "host=",
    "\"",
    "cross-site",
];

/// A value of a header.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        12 => select(PARTS.to_vec()).prop_map(|part| part.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
    ];
    let mixed = vec(part, 0..6).prop_map(|parts| parts.concat());
    let page = (select(PAGES.to_vec()), select(vec!["", "/", ".", "0", "@evil.example", ", null", " "]));
    prop_oneof![3 => mixed, 1 => page.prop_map(|(page, rest)| format!("{page}{rest}").into_bytes())]
}

/// A value for `Host`, often a right one.
fn host_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![Just(b"localhost:5000".to_vec()), Just(b"[::1]:5000".to_vec()), value()]
}

fn map(headers: &[(&'static str, Vec<u8>)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        // Other bytes are refused by the parser of HTTP.
        if let Ok(value) = HeaderValue::from_bytes(value) {
            map.append(HeaderName::from_static(name), value);
        }
    }
    map
}

fn hosts(port: u16, named: &[String]) -> Hosts<'_> {
    Hosts { port, named, any_address: false }
}

/// The guard's verdict on a request without a token.
fn judge(headers: &HeaderMap) -> Option<Option<Origin>> {
    let pages = PAGES.map(|page| page.parse::<Origin>().expect(page));
    let (named, denied) = ([NAMED.to_owned()], [pages[3].clone()]);
    let policy = Policy {
        hosts: hosts(5000, &named),
        allowed: Allowed { settings: &pages[..2], extra: &pages[2..], denied: &denied, ..Allowed::default() },
        need: None,
        is_open: false,
        is_for_page: false,
        token: None,
    };
    policy.judge(&Method::POST, &Uri::from_static("/execute"), headers).ok()
}

/// The names and ports in a value, as anything that splits it could read them.
fn words(value: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(value).to_ascii_lowercase().replace("://", " ").replace("host=", " ");
    let is_between = |c: char| " \t,;\"/\\@#?".contains(c);
    text.split(is_between).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn only_our_names_with_our_port_are_hosts(value in host_value(), port in prop_oneof![Just(5000_u16), Just(80), any::<u16>()]) {
        let named = [NAMED.to_owned()];
        let verdict = host::check(&Uri::from_static("/"), &map(&[("host", value.clone())]), hosts(port, &named));
        let text = String::from_utf8_lossy(&value).to_ascii_lowercase();
        let is = |name: &str| text == format!("{name}:{port}") || (port == 80 && text == name);
        match verdict {
            Ok(Host::Loopback) => prop_assert!(["localhost", "127.0.0.1", "[::1]"].iter().any(|name| is(name)), "{text}"),
            Ok(Host::Named) => prop_assert!(is(NAMED), "{text}"),
            Err(error) => {
                prop_assert!(!is("localhost") && !is("[::1]") && !is(NAMED), "{text}: {error}");
                prop_assert!(error.status().is_client_error() && !error.to_string().contains(char::is_control));
            }
        }
    }

    #[test]
    fn a_page_that_is_let_through_is_on_a_list(host in host_value(), more in vec((select(HEADERS.to_vec()), value()), 0..4)) {
        let headers: Vec<_> = [("host", host)].into_iter().chain(more).collect();
        let map = map(&headers);
        let Some(page) = judge(&map) else { return Ok(()) };
        prop_assert_eq!(map.get_all(header::HOST).iter().count(), 1, "{:?}", map);
        let origins: Vec<_> = map.get_all(header::ORIGIN).iter().map(HeaderValue::as_bytes).collect();
        match page {
            // A program without a page, and no page of another site.
            None => {
                let sites = map.get_all("sec-fetch-site");
                prop_assert!(origins.is_empty() && sites.iter().all(|site| site == "none" || site == "same-origin"), "{map:?}");
            }
            Some(page) => {
                let sent = String::from_utf8_lossy(origins[0]);
                let is_listed = PAGES[..3].contains(&page.as_str());
                let is_written_so = [page.as_str(), &format!("{page}:443"), &format!("{page}:80")].contains(&&*sent);
                prop_assert!(origins.len() == 1 && is_listed && is_written_so, "{map:?}");
            }
        }
        // Nothing in a proxy's header names another machine.
        let proxies = ["forwarded", "x-forwarded-host", "x-forwarded-server", "x_original_host"];
        let values = proxies.iter().flat_map(|name| map.get_all(*name));
        let foreign = values.flat_map(|value| words(value.as_bytes())).any(|word| word.starts_with("evil") || word.starts_with("denied"));
        prop_assert!(!foreign, "{map:?}");
    }

    #[test]
    fn an_origin_is_written_in_one_way(value in value()) {
        let text = String::from_utf8_lossy(&value);
        let Ok(origin) = text.parse::<Origin>() else { return Ok(()) };
        let again: Origin = origin.as_str().parse().expect("an origin is an origin");
        prop_assert_eq!(&again, &origin);
        prop_assert!(origin.is_same_page(&again) && !origin.host().is_empty(), "{origin}");
        prop_assert!(origin.as_str().bytes().all(|byte| byte.is_ascii_graphic() && !b"@/#?\\".contains(&byte) || byte == b'/'));
        prop_assert_eq!(origin.as_str().matches('/').count(), 2);
    }

    #[test]
    fn every_host_of_the_standard_header_is_found(
        elements in vec((select(vec!["for", "by", "proto", "HOST", "host", "Host"]), "[a-z.:0-9\\[\\]]{1,9}", any::<bool>()), 1..5),
    ) {
        let pairs = elements.iter().map(|(name, value, quoted)| match quoted {
            true => format!("{name}=\"{value}\""),
            false => format!("{name}={value}"),
        });
        let text = pairs.collect::<Vec<_>>().join(" , ");
        let hosts = elements.iter().filter(|(name, ..)| name.eq_ignore_ascii_case("host"));
        let expected: Vec<String> = hosts.map(|(_, value, _)| value.clone()).collect();
        prop_assert_eq!(forwarded_header::hosts(&text), Some(expected), "{}", text);
    }

    #[test]
    fn any_standard_header_is_parsed_or_refused(value in value()) {
        let text = String::from_utf8_lossy(&value);
        let named = forwarded_header::hosts(&text).unwrap_or_default();
        prop_assert!(named.len() <= text.to_ascii_lowercase().matches("host=").count(), "{text}");
    }
}
