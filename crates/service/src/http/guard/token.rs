//! The bearer token and its file.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;

use axum::http::{HeaderMap, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use runtray_engine::private;
use subtle::ConstantTimeEq;

use super::need::Need;
use crate::http::error::Error;

const RANDOM_BYTES: usize = 32;
/// The prefix of the token in a subprotocol.
const IN_PROTOCOL: &[u8] = b"bearer.";

/// A secret that requests must carry.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// A token from a text; `None` if the text is empty or cannot stand in a header.
    pub(crate) fn chosen(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.to_owned()))
    }

    /// The token in the file at `path`. A missing file is created with a random token. Only the owner can read the file; on
    /// Windows the user's own folder ensures that.
    ///
    /// # Errors
    /// The file cannot be read or created, or holds no token.
    pub(crate) fn load_or_create(path: &Path) -> io::Result<Self> {
        match Self::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::create(path),
            other => other,
        }
    }

    /// The secret itself.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    fn read(path: &Path) -> io::Result<Self> {
        let mut text = String::new();
        private::open(path, OpenOptions::new().read(true))?.read_to_string(&mut text)?;
        Self::chosen(&text).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "it holds no token; delete it and a new one is made at the next start",
            )
        })
    }

    fn create(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            private::folder(folder)?;
        }
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let token = Self(BASE64_URL_SAFE_NO_PAD.encode(random));
        let mut file = private::open(path, OpenOptions::new().write(true).create_new(true))?;
        writeln!(file, "{}", token.0)?;
        file.sync_all()?;
        Ok(token)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Checks `Authorization`, or the subprotocols of a WebSocket. Without a token to compare with, every request is refused.
pub(super) fn check(headers: &HeaderMap, token: Option<&Token>, need: Need) -> Result<(), Error> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (first, second) = (values.next(), values.next());
    let presented = match first {
        Some(value) => bearer(value.as_bytes()),
        None => offered(headers),
    };
    let matches = |token: &Token, presented: &[u8]| bool::from(token.0.as_bytes().ct_eq(presented));
    match (token, presented, second) {
        (Some(token), Some(presented), None) if matches(token, presented) => Ok(()),
        (Some(_), Some(_), None) => Err(Error::TokenWrong),
        _ => Err(Error::TokenRequired(need)),
    }
}

fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
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
    use std::fs;

    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{Need, Token, check};

    fn passes(values: &[&str], token: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).expect("a header"));
        }
        check(&headers, token.and_then(Token::chosen).as_ref(), Need::Strict).is_ok()
    }

    #[test]
    fn only_the_token_itself_passes() {
        for value in ["Bearer secret", "bearer secret", "BEARER  secret"] {
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
            check(&map, Token::chosen("secret").as_ref(), Need::Strict).is_ok()
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
    fn the_file_is_created_once_and_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data/token");
        let made = Token::load_or_create(&path).expect("a token");
        assert!(made.0.len() >= 40, "{} characters", made.0.len());
        assert_eq!(Token::load_or_create(&path).expect("the same token"), made);
        #[cfg(unix)]
        check_mode(&path);
    }

    #[cfg(unix)]
    fn check_mode(path: &std::path::Path) {
        use std::os::unix::fs::PermissionsExt;
        let mode = || fs::metadata(path).expect("the file").permissions().mode() & 0o777;
        assert_eq!(mode(), 0o600);
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("a mode");
        Token::load_or_create(path).expect("the token");
        assert_eq!(mode(), 0o600, "an open file stayed open to all");
    }

    #[test]
    fn an_empty_file_is_no_token() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        fs::write(&path, "\n").expect("a file");
        assert!(Token::load_or_create(&path).is_err());
    }
}
