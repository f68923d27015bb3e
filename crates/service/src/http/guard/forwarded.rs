//! The rule for reverse proxies: the host that a proxy forwards must be the host of an allowed origin.
//!
//! A Next.js rewrite puts our name into `Host` and the browser's into `X-Forwarded-Host`. Without this rule, a page that uses DNS
//! rebinding behind such a proxy would pass as a local program. Every header in which a proxy or a framework names the original
//! host is checked, in all of its values and lists.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName};
use url::Url;

use super::forwarded_header;
use super::origin::Allowed;
use crate::http::error::Error;

/// RFC 7239.
const FORWARDED: &str = "forwarded";
/// Words at the end of a header's name that names a host: `X-Original-Host`, `X-Hostname`, `X-Forwarded-Domain`.
const HOSTS: [&str; 8] = ["host", "hosts", "hostname", "vhost", "authority", "authorities", "domain", "fqdn"];
/// Beginnings of such a name whose end is another word: `X-Host-Override`, `X-Server-Name`.
const HOST_NAMES: [&str; 5] = ["host-override", "host-name", "host-header", "server-name", "forwarded-site"];
/// Names the proxy's own machine, usually without a port.
const SERVER: &str = "x-forwarded-server";
/// Words at the end of the name of a header that holds a target, which may be a whole URL.
const TARGETS: [&str; 5] = ["url", "uri", "destinationurl", "original-path", "forwarded-origin"];

/// Checks that every forwarded host is the host of an allowed origin.
pub(super) fn check(headers: &HeaderMap, allowed: Allowed<'_>) -> Result<(), Error> {
    headers.iter().try_for_each(|(name, value)| match Kind::of(name) {
        None => Ok(()),
        Some(kind) => kind.check(name, &String::from_utf8_lossy(value.as_bytes()), allowed),
    })
}

/// The content of a header.
#[derive(Clone, Copy)]
enum Kind {
    /// A list of hosts.
    Hosts,
    /// RFC 7239.
    Forwarded,
    /// A path or a URL.
    Target,
}

impl Kind {
    fn of(name: &HeaderName) -> Option<Self> {
        // Gateways to CGI and WSGI programs treat both alike.
        let name = name.as_str().replace('_', "-");
        let ends = |words: &[&str]| words.iter().any(|word| ends_with_word(&name, word));
        match &*name {
            // The `Host` of the request itself has a rule of its own.
            "host" => None,
            FORWARDED => Some(Self::Forwarded),
            SERVER => Some(Self::Hosts),
            _ if ends(&HOSTS) || ends(&HOST_NAMES) => Some(Self::Hosts),
            _ if ends(&TARGETS) => Some(Self::Target),
            _ => None,
        }
    }

    fn check(self, name: &HeaderName, text: &str, allowed: Allowed<'_>) -> Result<(), Error> {
        match self {
            Self::Hosts => text.split(',').try_for_each(|host| check_host(name.as_str(), host.trim(), allowed)),
            Self::Forwarded => {
                let hosts = forwarded_header::hosts(text).ok_or_else(|| malformed(name.as_str()))?;
                hosts.iter().try_for_each(|host| check_host(name.as_str(), host, allowed))
            }
            Self::Target => check_target(name.as_str(), text.trim(), allowed),
        }
    }
}

/// Whether a name is `words`, or ends with them after a hyphen.
fn ends_with_word(name: &str, words: &str) -> bool {
    name.strip_suffix(words).is_some_and(|before| before.is_empty() || before.ends_with('-'))
}

fn check_host(header: &str, host: &str, allowed: Allowed<'_>) -> Result<(), Error> {
    let is_known = match header {
        SERVER => allowed.has_host(host),
        _ => is_front_end(host, allowed),
    };
    match is_known {
        true => Ok(()),
        // A well-formed host is not allowed; anything else is malformed. The client gets different errors.
        false if host.is_empty() || is_authority(host) => Err(Error::ForwardedHostNotAllowed(host.to_owned())),
        false => Err(malformed(header)),
    }
}

/// A path names no host; a URL does, with or without a scheme.
fn check_target(header: &str, target: &str, allowed: Allowed<'_>) -> Result<(), Error> {
    // Browsers treat a backslash as a slash.
    let target = target.replace('\\', "/");
    let host = match target.strip_prefix("//") {
        Some(_) => Url::parse(&format!("http:{target}")),
        None if target.starts_with(['/', '?', '*']) || target.is_empty() => return Ok(()),
        None => Url::parse(&target),
    };
    let url = host.map_err(|_| malformed(header))?;
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    match url.has_host() && url.username().is_empty() && url.password().is_none() {
        true => check_host(header, host, allowed),
        false => Err(malformed(header)),
    }
}

/// The headers do not name the scheme, so either matches.
fn is_front_end(host: &str, allowed: Allowed<'_>) -> bool {
    ["http", "https"]
        .iter()
        .filter_map(|scheme| format!("{scheme}://{host}").parse().ok())
        .any(|origin| allowed.contains(&origin))
}

fn is_authority(host: &str) -> bool {
    host.parse::<Authority>().is_ok_and(|authority| !authority.host().is_empty())
}

fn malformed(header: &str) -> Error {
    Error::MalformedForward(header.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use runtray_wire::Code;

    use super::{Allowed, check};
    use crate::platform::origin::Origin;

    fn verdict(headers: &[(&str, &str)]) -> Option<Code> {
        let list: Vec<Origin> =
            ["http://localhost:3001", "https://app.example"].map(|one| one.parse().expect(one)).to_vec();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a name");
            map.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a header"));
        }
        check(&map, Allowed { settings: &list, ..Allowed::default() }).err().map(|error| error.code())
    }

    const HOST_HEADERS: [&str; 16] = [
        "x-forwarded-host",
        "x_forwarded_host",
        "x-forwarded_host",
        "x-original-host",
        "x-host",
        "x-http-host-override",
        "x-envoy-original-host",
        "x-original-hostname",
        "was-default-hostname",
        "x-host-name",
        "x-server-name",
        "x-authority",
        "x-forwarded-domain",
        "x-forwarded-fqdn",
        "x-vhost",
        "x-original-host-header",
    ];

    #[test]
    fn every_forwarded_host_must_be_that_of_an_allowed_origin() {
        for name in HOST_HEADERS {
            for value in ["localhost:3001", "LOCALHOST:3001", "app.example", "app.example:443, localhost:3001"] {
                assert_eq!(verdict(&[(name, value)]), None, "{name}: {value}");
            }
            for value in [
                "evil.example:3001",
                "",
                "localhost",
                "localhost:5000",
                "localhost:3001, evil.example",
                "evil.example, localhost:3001",
                "localhost:3001,",
                "localhost:3001.evil.example",
                "localhost:3001/",
                "x@localhost:3001",
                "a b",
                "[::1",
                "évil",
            ] {
                assert!(verdict(&[(name, value)]).is_some(), "{name}: {value:?} was allowed");
            }
            assert_eq!(verdict(&[(name, "localhost:3001"), (name, "evil.example")]), Some(Code::HostNotAllowed));
            assert_eq!(verdict(&[(name, "evil.example:3001")]), Some(Code::HostNotAllowed));
            assert_eq!(verdict(&[(name, "a b")]), Some(Code::InvalidHost));
        }
        for name in
            ["sec-fetch-site", "x-forwarded-for", "x-forwarded-prefix", "x-localhost", "x-datadog-origin", "via"]
        {
            assert_eq!(verdict(&[(name, "evil.example")]), None, "{name}");
        }
        assert_eq!(verdict(&[]), None);
    }

    #[test]
    fn the_standard_header_is_parsed_in_every_spelling() {
        for value in [
            "host=localhost:3001",
            "host=\"localhost:3001\"",
            "Host=\"local\\host:3001\"",
            "for=192.0.2.60;proto=http;by=203.0.113.43",
            "for=\"[2001:db8::1]:4711\", for=unknown;host=localhost:3001",
            "by=evil.example;for=evil.example",
            "",
            " , ,host=app.example;;secret=\"a,b;host=evil.example\"",
        ] {
            assert_eq!(verdict(&[("forwarded", value)]), None, "{value}");
        }
        for value in [
            "host=evil.example",
            "HOST=evil.example",
            "host=\"evil.example\"",
            "host=\"evil.ex\\ample\"",
            "for=1.2.3.4;host=evil.example:3001;proto=http",
            "host=localhost:3001, host=evil.example",
            "for=1.2.3.4,for=1.2.3.5;host=evil.example",
            "for=\"a\\\"b\";host=evil.example",
            "host=localhost:3001 ; host=evil.example",
            "host=\"\"",
        ] {
            assert!(verdict(&[("forwarded", value)]).is_some(), "{value} was allowed");
        }
        assert_eq!(verdict(&[("forwarded", "host=evil.example")]), Some(Code::HostNotAllowed));
        assert_eq!(
            verdict(&[("forwarded", "host=localhost:3001"), ("forwarded", "host=evil.example")]),
            Some(Code::HostNotAllowed)
        );
        for value in
            ["host", "host=", "host=\"evil", "=x", "host=a=b", "host=localhost:3001;host=localhost:3001", "a b=c"]
        {
            assert_eq!(verdict(&[("forwarded", value)]), Some(Code::InvalidHost), "{value}");
        }
    }

    #[test]
    fn a_proxy_s_machine_has_the_name_of_an_allowed_one_or_a_loopback_one() {
        for (value, expected) in [
            ("localhost", None),
            ("app.example", None),
            ("127.0.0.1", None),
            ("evil.example", Some(Code::HostNotAllowed)),
            ("app.example, evil.example", Some(Code::HostNotAllowed)),
        ] {
            assert_eq!(verdict(&[("x-forwarded-server", value)]), expected, "{value}");
        }
    }

    #[test]
    fn an_original_target_may_be_a_path_or_an_allowed_front_end_s() {
        let names =
            ["x-original-url", "x-rewrite-url", "x-ms-original-url", "x-forwarded-request-uri", "x_original_uri"];
        for name in
            names.into_iter().chain(["x-base-url", "destinationurl", "x-envoy-original-path", "x-forwarded-origin"])
        {
            for (value, expected) in [
                ("/execute?x=http://evil.example/", None),
                ("http://localhost:3001/api", None),
                ("https://app.example/", None),
                ("http://evil.example/execute", Some(Code::HostNotAllowed)),
                ("HTTP://EVIL.example", Some(Code::HostNotAllowed)),
                ("//evil.example/execute", Some(Code::HostNotAllowed)),
                ("\\\\evil.example", Some(Code::HostNotAllowed)),
                ("http://localhost:3001@evil.example/", Some(Code::InvalidHost)),
                ("http://", Some(Code::InvalidHost)),
                ("evil.example/execute", Some(Code::InvalidHost)),
                ("javascript:1", Some(Code::InvalidHost)),
            ] {
                assert_eq!(verdict(&[(name, value)]), expected, "{name}: {value}");
            }
        }
    }
}
