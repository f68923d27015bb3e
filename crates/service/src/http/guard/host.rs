//! The `Host` rule: only loopback names with the service's own port.
//!
//! It stops DNS rebinding: a page of `evil.example` whose name resolves to 127.0.0.1 still sends `Host: evil.example`.

use axum::http::uri::{Authority, Uri};
use axum::http::{HeaderMap, header};

use crate::http::error::Error;

const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
const HTTP_PORT: u16 = 80;

/// Checks `Host`, and the host in the request line if there is one (RFC 9112, 3.2.2: that one takes precedence).
pub(super) fn check(uri: &Uri, headers: &HeaderMap, port: u16) -> Result<(), Error> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next().ok_or(Error::InvalidHost("The request has no `Host` header."))?;
    if hosts.next().is_some() {
        return Err(Error::InvalidHost("The request has more than one `Host` header."));
    }
    check_authority(host.as_bytes(), port)?;
    uri.authority().map_or(Ok(()), |authority| check_authority(authority.as_str().as_bytes(), port))
}

fn check_authority(value: &[u8], port: u16) -> Result<(), Error> {
    let unparsable = Error::InvalidHost("The `Host` header is not a host and a port.");
    let Ok(text) = std::str::from_utf8(value) else { return Err(unparsable) };
    if is_ours(text, port) {
        return Ok(());
    }
    match text.parse::<Authority>() {
        Ok(authority) if !text.contains('@') && !authority.host().is_empty() => {
            Err(Error::HostNotAllowed { host: text.to_owned(), port })
        }
        _ => Err(unparsable),
    }
}

fn is_ours(text: &str, port: u16) -> bool {
    NAMES.iter().any(|name| {
        let rest =
            text.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name)).map(|start| &text[start.len()..]);
        match rest {
            Some("") => port == HTTP_PORT,
            Some(rest) => rest.strip_prefix(':').is_some_and(|digits| digits == port.to_string()),
            None => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Uri, header};
    use runtray_wire::Code;

    use super::check;

    fn verdict(target: &str, hosts: &[&str], port: u16) -> Option<Code> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_bytes(host.as_bytes()).expect("a header"));
        }
        check(&target.parse::<Uri>().expect("a target"), &headers, port).err().map(|error| error.code())
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
