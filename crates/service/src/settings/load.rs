//! From the file to settings and problems.

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

/// More than anybody writes by hand; what is larger is some other file.
const LARGEST: u64 = 1 << 20;

/// What a file amounts to.
pub(super) struct Reading {
    pub(super) loaded: Loaded,
    /// Whether the file could be read as TOML.
    pub(super) is_usable: bool,
    /// What was read of a file that is not usable.
    text: String,
    /// The closing keys whose values are none of theirs.
    wrong_closing: Vec<String>,
}

impl Loaded {
    /// Reads a file's text.
    pub fn from_text(text: &str) -> Self {
        read_text(text).loaded
    }

    /// Reads a file; one that is not there says nothing and is no problem.
    pub fn from_file(path: &Path) -> Self {
        read(path).loaded
    }

    /// [`Loaded::from_file`] where `last` was in effect: a file that cannot be used leaves that in force.
    pub fn from_file_after(path: &Path, last: &Settings) -> Self {
        read(path).after(last)
    }
}

/// Reads a file; one that is not there says nothing and is no problem.
pub(super) fn read(path: &Path) -> Reading {
    let bytes = match contents(path) {
        Ok(bytes) => bytes,
        // Without its folder there is no file either.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return read_text(""),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Reading::without(Settings::default(), path, &error);
        }
        Err(error) => return Reading::without(security_keys::all_closed(), path, &error),
    };
    read_bytes(path, &bytes)
}

/// Reads what a file holds.
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
/// It cannot be read, is no file, or is far too large.
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
        Self { loaded, is_usable: false, text: text.to_owned(), wrong_closing: Vec::new() }
    }

    /// A file of which nothing can be read.
    fn without(settings: Settings, path: &Path, error: &io::Error) -> Self {
        let message = s::FILE_UNREADABLE.with("path", path.display()).with("cause", error);
        let problem = Problem { line: None, key: String::new(), message };
        let loaded = Loaded { settings, problems: vec![problem] };
        Self { loaded, is_usable: false, text: String::new(), wrong_closing: Vec::new() }
    }

    /// What holds when `last` did before: a file that cannot be used changes nothing but what it closes besides.
    pub(super) fn after(self, last: &Settings) -> Loaded {
        match self.is_usable {
            true => self.loaded,
            false => Loaded { settings: fallback::closed(last, &self.text), problems: self.loaded.problems },
        }
    }

    /// The mistake for which the file cannot be changed: it does not parse, or what a closing key has is none of its values.
    pub(super) fn obstacle(&self) -> Option<&Problem> {
        let of_closing = |problem: &&Problem| !self.is_usable || self.wrong_closing.contains(&problem.key);
        self.loaded.problems.iter().find(of_closing)
    }
}

/// Reads what a file says.
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
    let mut written = collect(&document);
    let wrong_closing = take(&mut settings, &mut written);
    settings.languages = languages::read(&written.languages, lines, &mut written.problems);
    written.problems.sort_by_key(|problem| problem.line);
    let loaded = Loaded { settings, problems: written.problems };
    Reading { loaded, is_usable: true, text: String::new(), wrong_closing }
}

/// Takes what is written into the settings; the closing keys whose values are none of theirs.
fn take(settings: &mut Settings, written: &mut RawSettings<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    for entry in &written.entries {
        let key = &KEYS[entry.key];
        let message = match (key.read)(settings, entry.item) {
            Ok(()) => continue,
            Err(Fault::Replaced(why)) => s::SETTING_REPLACED.with("mistake", why).with("used", (key.show)(settings)),
            Err(Fault::Said(why)) => why,
        };
        // An isolation that this version does not have is none the less one.
        if security_keys::is_closing(key.name) && (key.name != "isolation" || entry.item.as_str().is_none()) {
            wrong.push(key.name.to_owned());
        }
        written.problems.push(Problem { line: Some(entry.line), key: key.name.to_owned(), message });
    }
    close_misspelt(settings, written);
    hold_timeout(settings, written);
    wrong
}

/// Closes what a key closes whose name is misspelt, unless it is there too.
fn close_misspelt(settings: &mut Settings, written: &RawSettings<'_>) {
    let is_written = |key: &Key| written.entries.iter().any(|entry| KEYS[entry.key].name == key.name);
    let meant = written.problems.iter().filter_map(|problem| security_keys::meant(&problem.key));
    for key in meant.filter(|key| !is_written(key)) {
        // What is wrong is said already.
        let _ = (key.read)(settings, &Item::None);
    }
}

/// Keeps the usual timeout within the longest one; a problem only where the file names the usual one.
fn hold_timeout(settings: &mut Settings, written: &mut RawSettings<'_>) {
    const KEY: &str = "limits.timeout_ms";
    if settings.default_timeout <= settings.max_timeout {
        return;
    }
    settings.default_timeout = settings.max_timeout;
    if let Some(entry) = written.entries.iter().find(|entry| KEYS[entry.key].name == KEY) {
        let limit = settings.max_timeout.as_millis();
        let mistake = s::SETTING_TIMEOUT_ABOVE.with("limit", limit);
        let message = s::SETTING_REPLACED.with("mistake", mistake).with("used", limit);
        written.problems.push(Problem { line: Some(entry.line), key: KEY.to_owned(), message });
    }
}
