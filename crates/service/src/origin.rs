//! Web origins: scheme, host and port, compared exactly.

use std::fmt;
use std::str::FromStr;

/// An `http` or `https` origin in its ASCII serialisation, default ports left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

/// Why a text is no origin that can be allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidOrigin(String);

impl FromStr for Origin {
    type Err = InvalidOrigin;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        let refuse = |why: &str| InvalidOrigin(format!("`{written}` {why}; write it like `http://localhost:3000`"));
        let url = url::Url::parse(written).map_err(|_| refuse("is not an origin"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("is neither http nor https"));
        }
        let bare = url.username().is_empty() && url.password().is_none() && url.path() == "/";
        if !bare || url.query().is_some() || url.fragment().is_some() || written.ends_with('/') {
            return Err(refuse("has more than scheme, host and port"));
        }
        Ok(Self(url.origin().ascii_serialization()))
    }
}

impl Origin {
    /// The origin of a program's own pages, which have a scheme of their own. No web page can have it.
    pub fn of_program(scheme: &str, host: &str) -> Self {
        Self(format!("{scheme}://{host}"))
    }

    /// The origin as a browser sends it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `host:port` as a browser sends it in `Host`: the port left out where it is the scheme's own.
    pub fn authority(&self) -> &str {
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
    fn origins_are_normalised_and_nothing_else_is_one() {
        for (written, expected) in [
            ("http://localhost:3000", "http://localhost:3000"),
            ("HTTP://LocalHost:80", "http://localhost"),
            ("https://app.example:443", "https://app.example"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(written.parse::<Origin>().expect(written).as_str(), expected);
        }
        for written in [
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
            assert!(written.parse::<Origin>().is_err(), "{written:?} was taken");
        }
    }
}
