//! The bearer token and its file.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use runtray_engine::private;

use crate::sentences;

const RANDOM_BYTES: usize = 32;
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
        Self::chosen(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, sentences::TOKEN_NONE.message()))
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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Token;

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
