//! From the file to settings and problems.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use toml_edit::Document;

use super::keys::{Fault, KEYS};
use super::written::{Lines, Written, collect};
use super::{Loaded, Problem, Settings, broken, languages};

/// More than anybody writes by hand; what is larger is some other file.
const LARGEST: u64 = 1 << 20;

/// What a file amounts to.
pub(super) struct Reading {
    pub(super) loaded: Loaded,
    /// Whether the file could be read as TOML; if not, nothing in it is used.
    pub(super) is_usable: bool,
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
}

/// Reads a file; one that is not there says nothing and is no problem.
pub(super) fn read(path: &Path) -> Reading {
    let bytes = match contents(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Reading::unusable("", None, format!("{} cannot be read: {error}", path.display())),
    };
    match str::from_utf8(&bytes) {
        Ok(text) => read_text(text),
        Err(error) => {
            let message = "the file is not UTF-8 text, and nothing in it is used; save it as UTF-8".to_owned();
            let line = Lines(&bytes).at(error.valid_up_to());
            Reading::unusable(&String::from_utf8_lossy(&bytes), Some(line), message)
        }
    }
}

/// The bytes of the settings file.
///
/// # Errors
/// It cannot be read, is no file, or is far too large.
pub(super) fn contents(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(bytes)
}

impl Reading {
    fn unusable(text: &str, line: Option<usize>, message: String) -> Self {
        let problem = Problem { line, key: String::new(), message };
        Self { loaded: Loaded { settings: broken::closed_settings(text), problems: vec![problem] }, is_usable: false }
    }
}

fn read_text(text: &str) -> Reading {
    let lines = Lines(text.as_bytes());
    let document = match Document::parse(text.to_owned()) {
        Ok(document) => document,
        Err(error) => {
            let message = format!("the file is not valid TOML, and nothing in it is used: {}", error.message().trim());
            return Reading::unusable(text, error.span().map(|span| lines.at(span.start)), message);
        }
    };
    let mut settings = Settings::default();
    let mut written = collect(&document);
    take(&mut settings, &mut written);
    settings.languages = languages::read(&written.languages, lines, &mut written.problems);
    written.problems.sort_by_key(|problem| problem.line);
    Reading { loaded: Loaded { settings, problems: written.problems }, is_usable: true }
}

fn take(settings: &mut Settings, written: &mut Written<'_>) {
    for entry in &written.entries {
        let key = &KEYS[entry.key];
        let message = match (key.read)(settings, entry.item) {
            Ok(()) => continue,
            Err(Fault::Replaced(why)) => format!("{why}; using {}", (key.show)(settings)),
            Err(Fault::Said(why)) => why,
        };
        written.problems.push(Problem { line: Some(entry.line), key: key.name.to_owned(), message });
    }
    hold_timeout(settings, written);
}

/// Keeps the usual timeout within the longest one; a problem only where the file names both.
fn hold_timeout(settings: &mut Settings, written: &mut Written<'_>) {
    const KEY: &str = "limits.timeout_ms";
    if settings.default_timeout <= settings.max_timeout {
        return;
    }
    settings.default_timeout = settings.max_timeout;
    if let Some(entry) = written.entries.iter().find(|entry| KEYS[entry.key].name == KEY) {
        let message = format!("is above `limits.max_timeout_ms`; using {}", settings.max_timeout.as_millis());
        written.problems.push(Problem { line: Some(entry.line), key: KEY.to_owned(), message });
    }
}
