//! Reads the file into settings and problems.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use runtray_engine::said::Said;
use runtray_engine::shown;
use toml_edit::{Document, Item};

use super::document::{Lines, RawSettings, collect};
use super::key::{Fault, Key};
use super::keys::KEYS;
use super::model::{Loaded, Problem, Settings};
use super::{fallback, languages, security_keys};
use crate::sentences as s;

/// The largest file, in bytes. A larger one is not a settings file.
const LARGEST: u64 = 1 << 20;

/// The result of reading a file.
pub(super) struct Reading {
    pub(super) loaded: Loaded,
    /// Whether the file is valid TOML.
    pub(super) is_usable: bool,
    /// The text of a file that is not usable.
    text: String,
    /// The security keys with invalid values.
    invalid_security_keys: Vec<String>,
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

    /// Like [`Loaded::from_file`], but an invalid file leaves `last` in force and can only close it further.
    pub fn from_file_after(path: &Path, last: &Settings) -> Self {
        read(path).after(last)
    }
}

/// Reads a file. A missing file means the defaults and is no problem.
pub(super) fn read(path: &Path) -> Reading {
    let bytes = match contents(path) {
        Ok(bytes) => bytes,
        // Without its folder the file does not exist either.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return read_text(""),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Reading::without(Settings::default(), path, &error);
        }
        Err(error) => return Reading::without(security_keys::all_closed(), path, &error),
    };
    read_bytes(path, &bytes)
}

/// Parses the bytes of a file.
pub(super) fn read_bytes(path: &Path, bytes: &[u8]) -> Reading {
    if bytes.iter().all(|byte| *byte == 0) {
        let lost = io::Error::other(s::FILE_LOST.said());
        return Reading::without(security_keys::all_closed(), path, &lost);
    }
    match str::from_utf8(bytes) {
        Ok(text) => read_text(text),
        Err(error) => {
            let line = Lines(bytes).at(error.valid_up_to());
            Reading::unusable(&String::from_utf8_lossy(bytes), Some(line), s::FILE_NOT_TEXT.said())
        }
    }
}

/// The bytes of the settings file.
///
/// # Errors
/// It cannot be read, is not a file, or is too large.
pub(super) fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path).map_err(|error| match fs::symlink_metadata(path) {
        Ok(_) if error.kind() == io::ErrorKind::NotFound => io::Error::other(s::FILE_DEAD_LINK.said()),
        _ => error,
    })?;
    if !metadata.is_file() {
        return Err(io::Error::other(s::FILE_NO_FILE.said()));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other(s::FILE_LARGE.said()));
    }
    Ok(bytes)
}

impl Reading {
    fn unusable(text: &str, line: Option<usize>, message: Said) -> Self {
        let problem = Problem { line, key: String::new(), message };
        let loaded = Loaded { settings: fallback::recovered(text), problems: vec![problem] };
        Self { loaded, is_usable: false, text: text.to_owned(), invalid_security_keys: Vec::new() }
    }

    /// A file that cannot be read at all.
    fn without(settings: Settings, path: &Path, error: &io::Error) -> Self {
        let message = s::FILE_UNREADABLE.with("path", path.display()).with("cause", error);
        let problem = Problem { line: None, key: String::new(), message };
        let loaded = Loaded { settings, problems: vec![problem] };
        Self { loaded, is_usable: false, text: String::new(), invalid_security_keys: Vec::new() }
    }

    /// The settings after `last`. An invalid file can only close keys further.
    pub(super) fn after(self, last: &Settings) -> Loaded {
        match self.is_usable {
            true => self.loaded,
            false => Loaded { settings: fallback::closed(last, &self.text), problems: self.loaded.problems },
        }
    }

    /// The mistake that forbids changing the file: it is not valid TOML, or a security key has an invalid value.
    pub(super) fn obstacle(&self) -> Option<&Problem> {
        let is_obstacle = |problem: &&Problem| !self.is_usable || self.invalid_security_keys.contains(&problem.key);
        self.loaded.problems.iter().find(is_obstacle)
    }
}

/// Parses a text.
pub(super) fn read_text(text: &str) -> Reading {
    let lines = Lines(text.as_bytes());
    let document = match Document::parse(text.to_owned()) {
        Ok(document) => document,
        Err(error) => {
            let message = s::FILE_NOT_TOML.with("detail", shown(error.message().trim()).to_string());
            return Reading::unusable(text, error.span().map(|span| lines.at(span.start)), message);
        }
    };
    let mut settings = Settings::default();
    let mut raw = collect(&document);
    let invalid_security_keys = validate(&mut settings, &mut raw);
    settings.languages = languages::read(&raw.languages, lines, &mut raw.problems);
    raw.problems.sort_by_key(|problem| problem.line);
    let loaded = Loaded { settings, problems: raw.problems };
    Reading { loaded, is_usable: true, text: String::new(), invalid_security_keys }
}

/// Reads the entries into the settings; returns the security keys with invalid values.
fn validate(settings: &mut Settings, raw: &mut RawSettings<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for entry in &raw.entries {
        let key = &KEYS[entry.key];
        let message = match (key.read)(settings, entry.item) {
            Ok(()) => continue,
            Err(Fault::Replaced(why)) => s::SETTING_REPLACED.with("mistake", why).with("used", (key.show)(settings)),
            Err(Fault::Said(why)) => why,
        };
        // An isolation level that this version does not have is not ambiguous.
        if security_keys::is_security_key(key.name) && (key.name != "isolation" || entry.item.as_str().is_none()) {
            wrong.push(key.name.to_owned());
        }
        raw.problems.push(Problem { line: Some(entry.line), key: key.name.to_owned(), message });
    }
    close_misspelt(settings, raw);
    clamp_timeout(settings, raw);
    wrong
}

/// Closes a security key whose name is misspelt, unless the correct key is in the file too.
fn close_misspelt(settings: &mut Settings, raw: &RawSettings<'_>) {
    let is_present = |key: &Key| raw.entries.iter().any(|entry| KEYS[entry.key].name == key.name);
    let meant = raw.problems.iter().filter_map(|problem| security_keys::meant(&problem.key));
    for key in meant.filter(|key| !is_present(key)) {
        // The misspelt name has been reported already.
        let _ = (key.read)(settings, &Item::None);
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
