//! Web origins: scheme, host and port, compared exactly.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use runtray_engine::excerpt;
use runtray_engine::message::{LocalizedMessage, Sentence};

use crate::sentences;

/// The longest origin in bytes: `https://`, a host of 253 characters of up to four bytes each, and `:65535`.
const LONGEST: usize = 8 + 4 * LONGEST_HOST + 6;
/// The longest host that DNS can hold.
const LONGEST_HOST: usize = 253;

/// An `http` or `https` origin in its ASCII serialisation, without default ports.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

/// Why a text is not an origin that can be allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidOrigin(LocalizedMessage);

impl InvalidOrigin {
    /// The error as a translatable sentence.
    pub fn message(&self) -> &LocalizedMessage {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |why: Sentence| InvalidOrigin(why.with("written", excerpt(text).to_string()));
        if text.len() > LONGEST {
            return Err(refuse(sentences::ORIGIN_LONG));
        }
        let url = url::Url::parse(text).map_err(|_| refuse(sentences::ORIGIN_NONE))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse(sentences::ORIGIN_SCHEME));
        }
        let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/";
        if !bare || url.query().is_some() || url.fragment().is_some() || text.ends_with('/') {
            return Err(refuse(sentences::ORIGIN_MORE));
        }
        if url.host_str().is_none_or(|host| host.len() > LONGEST_HOST) {
            return Err(refuse(sentences::ORIGIN_HOST));
        }
        Ok(Self(url.origin().ascii_serialization()))
    }
}

impl Origin {
    /// Whether both origins belong to the same page: a dot at the end of a host name makes no difference.
    pub(crate) fn is_same_page(&self, other: &Self) -> bool {
        self.undotted().eq(other.undotted())
    }

    fn undotted(&self) -> impl Iterator<Item = &str> {
        let (host, port) = self.0.rsplit_once(':').filter(|(host, _)| host.contains("//")).unwrap_or((&self.0, ""));
        [host.trim_end_matches('.'), port].into_iter()
    }

    /// Whether `host`, as `Host` or a proxy's header has it, is this origin's host and port.
    pub(crate) fn is_at(&self, host: &str) -> bool {
        self.authority().eq_ignore_ascii_case(host)
    }

    /// The host without its port; an IPv6 address keeps its brackets.
    pub(crate) fn host(&self) -> &str {
        let authority = self.authority();
        match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        }
    }

    /// The site that the page belongs to: its registered domain, such as `example.co.uk`, or its address. Names of this machine
    /// are sites of their own with each port, because another program is behind each.
    pub(crate) fn site(&self) -> String {
        let host = self.host().trim_end_matches('.');
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let is_here = |address: IpAddr| address.is_loopback() || address.is_unspecified();
        match bare.parse::<IpAddr>() {
            Ok(address) if is_here(address) => self.authority().to_owned(),
            Ok(_) => host.to_owned(),
            Err(_) if host == "localhost" || host.ends_with(".localhost") => self.authority().to_owned(),
            Err(_) => psl::domain_str(host).unwrap_or(host).to_owned(),
        }
    }

    /// The origin of a page's URL, for lists of denied pages: a path, a slash or a user in the URL does not matter there.
    pub(crate) fn of_page(url: &str) -> Option<Self> {
        let url = url::Url::parse(url.trim()).ok()?;
        let is_web = matches!(url.scheme(), "http" | "https");
        url.origin().ascii_serialization().parse().ok().filter(|_| is_web)
    }

    /// The origin as a browser sends it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `host:port` as a browser sends it in `Host`, without a default port.
    fn authority(&self) -> &str {
        self.0.split_once("://").map_or(self.0.as_str(), |(_, authority)| authority)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn a_site_is_a_registered_domain_an_address_or_a_port_of_this_machine() {
        for (page, site) in [
            ("https://a.b.example.com:8443", "example.com"),
            ("http://example.com.", "example.com"),
            ("https://a.example.co.uk", "example.co.uk"),
            ("https://me.github.io", "me.github.io"),
            ("https://intranet", "intranet"),
            ("http://192.168.1.5:3000", "192.168.1.5"),
            ("http://localhost:3000", "localhost:3000"),
            ("http://app.localhost:3000", "app.localhost:3000"),
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://[::1]:3000", "[::1]:3000"),
        ] {
            assert_eq!(page.parse::<Origin>().expect(page).site(), site, "{page}");
        }
    }

    #[test]
    fn origins_are_normalised_and_other_texts_refused() {
        for (text, expected) in [
            ("http://localhost:3000", "http://localhost:3000"),
            ("HTTP://LocalHost:80", "http://localhost"),
            ("https://app.example:443", "https://app.example"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(text.parse::<Origin>().expect(text).as_str(), expected);
        }
        assert!(format!("http://{}.example", "a".repeat(60_000)).parse::<Origin>().is_err(), "longer than any host");
        for text in [
            "",
            "*",
            "null",
            "localhost:3000",
            "http://",
            "http://a/",
            "http://a/b",
            "file:///x",
            "http://u@a",
            "http://a?b",
            "ws://a",
        ] {
            assert!(text.parse::<Origin>().is_err(), "{text:?} was taken");
        }
    }

    #[test]
    fn a_page_s_origin_has_several_spellings() {
        let origin = |text: &str| text.parse::<Origin>().expect("an origin");
        for (one, other, expected) in [
            ("http://a.example", "http://a.example.", true),
            ("http://a.example:80", "http://A.example", true),
            ("http://a.example.:3000", "http://a.example:3000", true),
            ("http://a.example:3000", "http://a.example:3001", false),
            ("http://a.example", "https://a.example", false),
            ("http://[::1]:3000", "http://[0:0::1]:3000", true),
            ("http://127.0.0.1:3000", "http://0x7f.1:3000", true),
        ] {
            assert_eq!(origin(one).is_same_page(&origin(other)), expected, "{one} and {other}");
        }
        assert_eq!(origin("http://[::1]:3000").host(), "[::1]");
        assert_eq!(origin("https://a.example").host(), "a.example");
        assert_eq!(
            Origin::of_page("http://a.example/x?y").map(|page| page.to_string()),
            Some("http://a.example".into())
        );
        assert!(Origin::of_page("file:///x").is_none() && Origin::of_page("x").is_none());
    }
}
