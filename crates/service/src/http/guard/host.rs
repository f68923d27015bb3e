//! The `Host` rule: loopback names and the settings' names, with the service's own port.
//!
//! It stops DNS rebinding: a page of `evil.example` whose name resolves to 127.0.0.1 still sends `Host: evil.example`.

use std::net::SocketAddr;

use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, header};

use crate::http::error::Error;

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
const HTTP_PORT: u16 = 80;

/// The hosts that are served.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hosts<'a> {
    /// The port that they must have.
    pub(super) port: u16,
    /// The allowed names that are not loopback names, in lower case.
    pub(super) named: &'a [String],
    /// Whether the service listens beyond the loopback addresses, so that programs name it by any of its addresses. No name
    /// that a page resolves can be an address, so that rebinding is not possible.
    pub(super) any_address: bool,
}

/// The host that a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    /// A name of the loopback addresses.
    Loopback,
    /// A name of the settings.
    Named,
}

/// Checks `Host`, and the host in the request line if there is one (RFC 9112, 3.2.2: that one takes precedence).
pub(super) fn check(uri: &Uri, headers: &HeaderMap, served: Hosts<'_>) -> Result<Host, Error> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().ok_or(Error::InvalidHost("The request has no `Host` header."))?;
    if hosts.next().is_some() {
        return Err(Error::InvalidHost("The request has more than one `Host` header."));
    }
    let host = check_authority(host.as_bytes(), served)?;
    match uri.authority() {
        None => Ok(host),
        Some(authority) => check_authority(authority.as_str().as_bytes(), served),
    }
}

fn check_authority(value: &[u8], served: Hosts<'_>) -> Result<Host, Error> {
    let unparsable = Error::InvalidHost("The `Host` header is not a host and a port.");
    let Ok(text) = std::str::from_utf8(value) else { return Err(unparsable) };
    if NAMES.iter().any(|name| is_ours(text, name, served.port)) {
        return Ok(Host::Loopback);
    }
    if served.named.iter().any(|name| is_ours(text, name, served.port)) || is_own_address(text, served) {
        return Ok(Host::Named);
    }
    match text.parse::<Authority>() {
        Ok(authority) if !text.contains('@') && !authority.host().is_empty() => {
            Err(Error::HostNotAllowed { host: text.to_owned(), port: served.port })
        }
        _ => Err(unparsable),
    }
}

fn is_own_address(text: &str, served: Hosts<'_>) -> bool {
    let address = text.parse::<SocketAddr>().ok().filter(|_| served.any_address);
    // Only in the form in which programs write it, as for the names.
    address.is_some_and(|address| address.port() == served.port && address.to_string().eq_ignore_ascii_case(text))
}

fn is_ours(text: &str, name: &str, port: u16) -> bool {
    let rest =
        text.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name)).map(|start| &text[start.len()..]);
    match rest {
        Some("") => port == HTTP_PORT,
        Some(rest) => rest.strip_prefix(':').is_some_and(|digits| digits == port.to_string()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Uri, header};
    use runtray_wire::Code;

    use super::{Host, Hosts, check};

    fn verdict(target: &str, hosts: &[&str], port: u16) -> Option<Code> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_bytes(host.as_bytes()).expect("a header"));
        }
        served(target, &headers, port, &[]).err()
    }

    fn served(target: &str, headers: &HeaderMap, port: u16, named: &[String]) -> Result<Host, Code> {
        let hosts = Hosts { port, named, any_address: false };
        check(&target.parse::<Uri>().expect("a target"), headers, hosts).map_err(|error| error.code())
    }

    #[test]
    fn names_of_the_settings_are_served_as_such() {
        let named = ["host.docker.internal".to_owned()];
        for (host, expected) in [
            ("host.docker.internal:5000", Ok(Host::Named)),
            ("HOST.docker.internal:5000", Ok(Host::Named)),
            ("localhost:5000", Ok(Host::Loopback)),
            ("host.docker.internal", Err(Code::HostNotAllowed)),
            ("host.docker.internal:5001", Err(Code::HostNotAllowed)),
            ("host.docker.internal.evil.example:5000", Err(Code::HostNotAllowed)),
            ("x.host.docker.internal:5000", Err(Code::HostNotAllowed)),
        ] {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            assert_eq!(served("/", &headers, 5000, &named), expected, "{host:?}");
        }
    }

    #[test]
    fn an_address_is_served_only_where_the_service_listens_beyond_loopback() {
        for (host, expected) in [
            ("10.1.2.3:5000", Some(Host::Named)),
            ("[fd00::7]:5000", Some(Host::Named)),
            ("10.1.2.3", None),
            ("10.1.2.3:5001", None),
            ("10.1.2.3:05000", None),
            ("10.1.2.3.evil.example:5000", None),
            ("evil.example:5000", None),
        ] {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
            let uri = Uri::from_static("/");
            let judge = |any_address| check(&uri, &headers, Hosts { port: 5000, named: &[], any_address }).ok();
            assert_eq!((judge(true), judge(false)), (expected, None), "{host:?}");
        }
    }

    #[test]
    fn only_our_names_with_our_port_are_served() {
        for (host, expected) in [
            ("localhost:5000", None),
            ("LocalHost:5000", None),
            ("127.0.0.1:5000", None),
            ("[::1]:5000", None),
            ("evil.example:5000", Some(Code::HostNotAllowed)),
            ("0.0.0.0:5000", Some(Code::HostNotAllowed)),
            ("localhost", Some(Code::HostNotAllowed)),
            ("localhost:80", Some(Code::HostNotAllowed)),
            ("localhost:05000", Some(Code::HostNotAllowed)),
            ("localhost.:5000", Some(Code::HostNotAllowed)),
            ("localhost.evil.example:5000", Some(Code::HostNotAllowed)),
            ("127.0.0.2:5000", Some(Code::HostNotAllowed)),
            ("127.1:5000", Some(Code::HostNotAllowed)),
            ("[::]:5000", Some(Code::HostNotAllowed)),
            ("[::ffff:127.0.0.1]:5000", Some(Code::HostNotAllowed)),
            ("", Some(Code::InvalidHost)),
            ("user@localhost:5000", Some(Code::InvalidHost)),
            ("localhost:5000@evil.example", Some(Code::InvalidHost)),
            ("localhost:5000, evil.example", Some(Code::InvalidHost)),
            ("localhost:5000/a", Some(Code::InvalidHost)),
            ("http://localhost:5000", Some(Code::InvalidHost)),
            ("lo calhost:5000", Some(Code::InvalidHost)),
            ("::1:5000", Some(Code::InvalidHost)),
            ("löcalhost:5000", Some(Code::InvalidHost)),
        ] {
            assert_eq!(verdict("/execute", &[host], 5000), expected, "{host:?}");
        }
    }

    #[test]
    fn on_port_80_browsers_leave_the_port_out() {
        assert_eq!(verdict("/", &["localhost"], 80), None);
        assert_eq!(verdict("/", &["localhost:80"], 80), None);
        assert_eq!(verdict("/", &["localhost:"], 80), Some(Code::HostNotAllowed));
    }

    #[test]
    fn no_host_and_two_hosts_are_malformed() {
        assert_eq!(verdict("/", &[], 5000), Some(Code::InvalidHost));
        assert_eq!(verdict("/", &["localhost:5000", "localhost:5000"], 5000), Some(Code::InvalidHost));
    }

    #[test]
    fn a_host_in_the_request_line_counts_too() {
        assert_eq!(verdict("http://localhost:5000/execute", &["localhost:5000"], 5000), None);
        assert_eq!(verdict("http://evil.example/execute", &["localhost:5000"], 5000), Some(Code::HostNotAllowed));
        assert_eq!(verdict("http://localhost:5000/execute", &["evil.example"], 5000), Some(Code::HostNotAllowed));
    }
}
