//! Reads the file into settings and problems.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use runtray_engine::excerpt;
use runtray_engine::message::LocalizedMessage;
use toml_edit::{Document, Item, TomlError};

use super::document::{Lines, RawSettings, collect, parse};
use super::key::{Fault, Key};
use super::keys::KEYS;
use super::model::{Loaded, Problem, Settings};
use super::{fallback, languages, security_keys};
use crate::sentences as s;

/// The largest file, in bytes. A larger one is not a settings file.
const LARGEST: u64 = 1 << 20;

/// The byte order mark that some editors write at the beginning of UTF-8 text.
pub(super) const MARK: &str = "\u{FEFF}";

/// The result of reading a file.
pub(super) struct Reading {
    pub(super) loaded: Loaded,
    content: Content,
}

/// The settings and their problems.
enum Content {
    /// Valid TOML.
    Toml {
        document: Document<String>,
        /// The security keys with invalid values.
        invalid_security_keys: Vec<String>,
    },
    /// A file that is not usable.
    Unusable {
        /// Its text, as far as it is known.
        text: String,
        problem: Problem,
    },
}

impl Loaded {
    /// Parses a file's text.
    pub fn from_text(text: &str) -> Self {
        read_text(text).loaded
    }

    /// Reads a file. A missing file means the defaults and is no problem.
    pub fn from_file(path: &Path) -> Self {
        read(path).loaded
    }
}

/// Reads a file. A missing file means the defaults and is no problem.
fn read(path: &Path) -> Reading {
    read_contents(path, &contents(path))
}

/// Interprets the [`contents`] of the file at `path`.
pub(super) fn read_contents(path: &Path, contents: &io::Result<Vec<u8>>) -> Reading {
    match contents {
        Ok(bytes) => read_bytes(path, bytes),
        // Without its folder the file does not exist either.
        Err(error) if error.kind() == io::ErrorKind::NotFound => read_text(""),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            Reading::without(Settings::default(), path, error)
        }
        Err(error) => Reading::without(security_keys::all_closed(), path, error),
    }
}

/// Parses the bytes of a file.
pub(super) fn read_bytes(path: &Path, bytes: &[u8]) -> Reading {
    if bytes.iter().all(|byte| *byte == 0) {
        let lost = io::Error::other(s::FILE_LOST.message());
        return Reading::without(security_keys::all_closed(), path, &lost);
    }
    match str::from_utf8(bytes) {
        Ok(text) => read_text(text),
        Err(error) => {
            let line = Lines(bytes).at(error.valid_up_to());
            Reading::unusable(&String::from_utf8_lossy(bytes), Some(line), s::FILE_NOT_TEXT.message())
        }
    }
}

/// The bytes of the settings file.
///
/// # Errors
/// The path cannot be read, is not a file, or is too large.
pub(super) fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path).map_err(|error| match fs::symlink_metadata(path) {
        Ok(_) if error.kind() == io::ErrorKind::NotFound => io::Error::other(s::FILE_DEAD_LINK.message()),
        _ => error,
    })?;
    if !metadata.is_file() {
        return Err(io::Error::other(s::FILE_NO_FILE.message()));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(s::FILE_LARGE.message()));
    }
    Ok(bytes)
}

impl Reading {
    fn unusable(text: &str, line: Option<usize>, message: LocalizedMessage) -> Self {
        let problem = Problem { line, key: String::new(), message };
        let loaded = Loaded { settings: fallback::recovered(text), problems: vec![problem.clone()] };
        Self { loaded, content: Content::Unusable { text: text.to_owned(), problem } }
    }

    /// A file that cannot be read at all.
    fn without(settings: Settings, path: &Path, error: &io::Error) -> Self {
        let message = s::FILE_UNREADABLE.with("path", path.display()).with("cause", error);
        let problem = Problem { line: None, key: String::new(), message };
        let loaded = Loaded { settings, problems: vec![problem.clone()] };
        Self { loaded, content: Content::Unusable { text: String::new(), problem } }
    }

    /// The settings after `last`. An invalid file can only close keys further.
    pub(super) fn after(self, last: &Settings) -> Loaded {
        match self.content {
            Content::Toml { .. } => self.loaded,
            Content::Unusable { text, problem } => {
                Loaded { settings: fallback::closed(last, &text), problems: vec![problem] }
            }
        }
    }

    /// The document, which may be changed.
    ///
    /// # Errors
    /// The mistake that forbids it: the file is not valid TOML, or a security key has an invalid value.
    pub(super) fn editable(self) -> Result<Document<String>, Problem> {
        match self.content {
            Content::Unusable { problem, .. } => Err(problem),
            Content::Toml { document, invalid_security_keys } => {
                let mut problems = self.loaded.problems.into_iter();
                let obstacle = problems.find(|problem| invalid_security_keys.contains(&problem.key));
                obstacle.map_or(Ok(document), Err)
            }
        }
    }
}

/// Parses a text. A byte order mark is not part of it.
fn read_text(text: &str) -> Reading {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let document = match parse(text) {
        Ok(document) => document,
        Err(error) => {
            let line = error.span().map(|span| Lines(text.as_bytes()).at(span.start));
            return Reading::unusable(text, line, not_toml(&error));
        }
    };
    let (loaded, invalid_security_keys) = read_document(&document);
    Reading { loaded, content: Content::Toml { document, invalid_security_keys } }
}

/// Why a text is no TOML.
pub(super) fn not_toml(error: &TomlError) -> LocalizedMessage {
    s::FILE_NOT_TOML.with("detail", excerpt(error.message().trim()).to_string())
}

/// The settings of a document, and the security keys with invalid values.
pub(super) fn read_document(document: &Document<String>) -> (Loaded, Vec<String>) {
    let mut settings = Settings::default();
    let mut raw = collect(document);
    let invalid_security_keys = validate(&mut settings, &mut raw);
    settings.languages = languages::read(&raw.languages, Lines(document.raw().as_bytes()), &mut raw.problems);
    raw.problems.sort_by_key(|problem| problem.line);
    (Loaded { settings, problems: raw.problems }, invalid_security_keys)
}

/// Reads the entries into the settings; returns the security keys with invalid values.
fn validate(settings: &mut Settings, raw: &mut RawSettings<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for entry in &raw.entries {
        let key = &KEYS[entry.key];
        let message = match (key.read)(settings, entry.item) {
            Ok(()) => continue,
            Err(Fault::Replaced(why)) => s::SETTING_REPLACED.with("mistake", why).with("used", (key.show)(settings)),
            Err(Fault::Message(why)) => why,
        };
        // An isolation level that this version does not have is not ambiguous.
        if security_keys::is_security_key(key.name) && (key.name != "isolation" || entry.item.as_str().is_none()) {
            wrong.push(key.name.to_owned());
        }
        raw.problems.push(Problem { line: Some(entry.line), key: key.name.to_owned(), message });
    }
    close_misnamed(settings, raw);
    clamp_timeout(settings, raw);
    wrong
}

/// Closes each misnamed security key, unless the correct key is in the file too; denies every page that one denies.
fn close_misnamed(settings: &mut Settings, raw: &RawSettings<'_>) {
    let is_present = |key: &Key| raw.entries.iter().any(|entry| KEYS[entry.key].name == key.name);
    // The wrong names have been reported already.
    for (key, item) in &raw.misnamed {
        if key.name == security_keys::DENIED {
            security_keys::SecurityKey(key).merge(settings, item, false);
        } else if !is_present(key) {
            let _ = (key.read)(settings, &Item::None);
        }
    }
}

/// Lowers the default timeout to the maximum. That is a problem only if the file sets the default one.
fn clamp_timeout(settings: &mut Settings, raw: &mut RawSettings<'_>) {
    const KEY: &str = "limits.timeout_ms";
    if settings.default_timeout <= settings.max_timeout {
        return;
    }
    settings.default_timeout = settings.max_timeout;
    if let Some(entry) = raw.entries.iter().find(|entry| KEYS[entry.key].name == KEY) {
        let limit = settings.max_timeout.as_millis();
        let mistake = s::SETTING_TIMEOUT_ABOVE.with("limit", limit);
        let message = s::SETTING_REPLACED.with("mistake", mistake).with("used", limit);
        raw.problems.push(Problem { line: Some(entry.line), key: KEY.to_owned(), message });
    }
}
