//! Changing single keys of the file in place.
//!
//! A key that is commented out is uncommented on its own line, and a key that returns to its default becomes a comment again:
//! the file looks as if its user had edited it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use runtray_engine::message::LocalizedMessage;
use serde_json::Value as Json;
use toml_edit::{Document, Item, Table, Value};

use super::document::parse;
use super::file::{EditError, Written, edit};
use super::key::Key;
use super::keys::KEYS;
use super::load::{not_toml, read_document};
use super::model::{Loaded, Problem, Settings};
use super::values::toml;
use crate::platform::origin::Origin;
use crate::sentences as s;

/// Why the settings were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// A key or its value is invalid. No key was changed.
    #[error("`{key}` {message}")]
    Refused {
        /// The key's full name.
        key: String,
        /// The reason, to follow the key in a sentence.
        message: LocalizedMessage,
    },
    /// The file cannot be changed.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// A page was denied, but that could not be saved.
    #[error("pages of {origin} are refused until Runtray ends, but that could not be saved: {reason}")]
    DeniedForNow {
        /// The page's origin.
        origin: Origin,
        /// Why it could not be saved.
        #[source]
        reason: Box<ChangeError>,
    },
}

impl ChangeError {
    /// The error as a translatable sentence; the sentence of a refusal does not name the key.
    pub fn message(&self) -> LocalizedMessage {
        match self {
            Self::Refused { message, .. } => message.clone(),
            Self::Edit(error) => error.message(),
            Self::DeniedForNow { origin, reason } => {
                s::ORIGIN_DENIED_FOR_NOW.with("origin", origin.as_str()).with("reason", reason.message())
            }
        }
    }

    /// Whether nothing can be changed until a mistake in the file is fixed.
    pub fn is_of_broken_file(&self) -> bool {
        match self {
            Self::Edit(error) => matches!(error, EditError::Broken { .. } | EditError::Read { .. }),
            Self::DeniedForNow { reason, .. } => reason.is_of_broken_file(),
            Self::Refused { .. } => false,
        }
    }
}

/// The new values of keys by their full names, such as `limits.timeout_ms`; `None` is the default.
pub type Changes = BTreeMap<String, Option<Json>>;

/// Sets keys to values. Either all are changed or none. Calls must come one after another. `missing` are the last contents of a
/// missing file.
///
/// # Errors
/// A key is unknown, a value is invalid, or the file cannot be changed.
pub(super) fn change(path: &Path, missing: Option<&[u8]>, changes: &Changes) -> Result<Written, ChangeError> {
    let changes = changes.iter().map(|(key, value)| value_of(key, value.as_ref())).collect::<Result<Vec<_>, _>>()?;
    edit(path, missing, |document| {
        let document =
            changes.iter().try_fold(document, |document, (key, value)| with(document, key, value.as_ref()))?;
        let loaded = check(&document, &changes)?;
        Ok((document, loaded))
    })
}

type Change = (&'static Key, Option<Value>);

fn value_of(name: &str, value: Option<&Json>) -> Result<Change, ChangeError> {
    let refuse = |message: LocalizedMessage| ChangeError::Refused { key: name.to_owned(), message };
    let key = KEYS.iter().find(|key| key.name == name).ok_or_else(|| refuse(s::SETTING_NO_KEY.message()))?;
    let value = value.filter(|value| !value.is_null());
    let value = value.map(|value| toml(value).ok_or_else(|| refuse(s::SETTING_NO_VALUE.message()))).transpose()?;
    Ok((key, value))
}

/// The settings of the new document, unless one of the changed keys is invalid in it.
fn check(document: &Document<String>, changes: &[Change]) -> Result<Loaded, ChangeError> {
    let (loaded, _) = read_document(document);
    // Older mistakes in keys that this change leaves alone do not refuse it.
    let is_changed = |problem: &&Problem| {
        let whole = problem.key.is_empty();
        whole || changes.iter().any(|(key, value)| value.is_some() && key.name == problem.key)
    };
    if let Some(Problem { key, message, .. }) = loaded.problems.iter().find(is_changed).cloned() {
        return Err(ChangeError::Refused { key, message: without_fallback(message) });
    }
    check_timeouts(document, &loaded.settings, changes)?;
    Ok(loaded)
}

/// Refuses a maximum timeout below the default one, because it would silently lower that too.
fn check_timeouts(document: &Document<String>, settings: &Settings, changes: &[Change]) -> Result<(), ChangeError> {
    const LONGEST: &str = "limits.max_timeout_ms";
    let usual = document.get("limits").and_then(|limits| limits.get("timeout_ms")?.as_integer());
    let usual = usual.unwrap_or(i64::try_from(Settings::default().default_timeout.as_millis()).unwrap_or(i64::MAX));
    let fits = i128::from(usual) <= i128::try_from(settings.max_timeout.as_millis()).unwrap_or(i128::MAX);
    if fits || !changes.iter().any(|(key, _)| key.name == LONGEST) {
        return Ok(());
    }
    let message = s::SETTING_TIMEOUT_BELOW.with("limit", usual.to_string());
    Err(ChangeError::Refused { key: LONGEST.to_owned(), message })
}

/// The message without the value that is used instead: that applies to reading a file, while here nothing was changed.
fn without_fallback(message: LocalizedMessage) -> LocalizedMessage {
    let mistake = |sentence| message.inner(sentence, "mistake").cloned();
    mistake(s::SETTING_REPLACED).or_else(|| mistake(s::SETTING_NEVER)).unwrap_or(message)
}

/// The document with `key` set to `value`, or to its default. Unusual spellings of a key are left to `toml_edit`.
fn with(document: Document<String>, key: &Key, value: Option<&Value>) -> Result<Document<String>, ChangeError> {
    let (_, name) = key.parts();
    let line = match value {
        Some(value) => format!("{name} = {}", bare(value)),
        None => format!("#{name} = {}", (key.show)(&Settings::default())),
    };
    let text = document.raw();
    let range = match entry(&document, key) {
        Some(range) => Some(range),
        // The key is not in the file, so it has its default already.
        None if value.is_none() => return Ok(document),
        None => commented(text, key),
    };
    // The edit by text keeps everything around it. If the result does not parse as intended, `toml_edit` does it.
    let edited = range.map(|range| format!("{}{line}{}", &text[..range.start], &text[range.end..]));
    let edited = edited.and_then(|text| parse(&text).ok()).filter(|edited| says(edited, key, value));
    edited.map_or_else(|| rewritten(document, key, value), Ok)
}

/// The position of the key and its value.
fn entry(document: &Document<String>, key: &Key) -> Option<Range<usize>> {
    let (section, name) = key.parts();
    let root = document.as_table();
    let table = if section.is_empty() { root } else { root.get(section)?.as_table()? };
    let (key, item) = table.get_key_value(name)?;
    Some(key.span()?.start..item.span()?.end)
}

/// The position of the commented-out key, below its section's heading.
fn commented(text: &str, key: &Key) -> Option<Range<usize>> {
    let (section, name) = key.parts();
    let heading = format!("[{section}]");
    let (mut inside, mut start) = (section.is_empty(), 0);
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        if content.starts_with('[') {
            inside = content == heading;
        } else if inside && content.strip_prefix('#').is_some_and(|rest| is_entry(rest, name)) {
            return Some(start..start + content.len());
        }
        start += line.len();
    }
    None
}

fn is_entry(text: &str, name: &str) -> bool {
    text.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='))
}

fn says(document: &Document<String>, key: &Key, value: Option<&Value>) -> bool {
    let (section, name) = key.parts();
    let table = if section.is_empty() { Some(document.as_item()) } else { document.get(section) };
    let found = table.and_then(|table| table.get(name)).and_then(Item::as_value);
    found.map(bare) == value.map(bare)
}

/// The value without the blanks and comments around it.
fn bare(value: &Value) -> String {
    let mut value = value.clone();
    value.decor_mut().clear();
    value.to_string()
}

fn rewritten(document: Document<String>, key: &Key, value: Option<&Value>) -> Result<Document<String>, ChangeError> {
    let (section, name) = key.parts();
    let has_returns = document.raw().contains("\r\n");
    let mut document = document.into_mut();
    let table = match section {
        "" => document.as_item_mut(),
        section => document.entry(section).or_insert_with(|| Item::Table(Table::new())),
    };
    if let Some(table) = table.as_table_like_mut() {
        match value {
            Some(value) => drop(table.insert(name, Item::Value(value.clone()))),
            None => drop(table.remove(name)),
        }
    }
    let text = document.to_string();
    // The file keeps its line endings.
    let text = if has_returns { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text };
    parse(&text).map_err(|error| ChangeError::Refused { key: key.name.to_owned(), message: not_toml(&error) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use serde_json::{Value, json};

    use super::ChangeError;
    use crate::settings::tests::change;
    use crate::settings::{Loaded, create_if_missing};

    /// An absolute path on this system.
    const PROGRAM: &str = if cfg!(windows) { "C:/p" } else { "/p" };

    fn check(text: &str, changes: &[(&str, Value)], expected: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        fs::write(&file, text).expect("a file");
        let changes: BTreeMap<_, _> =
            changes.iter().map(|(key, value)| ((*key).to_owned(), Some(value.clone()))).collect();
        change(&file, &changes).expect("a change");
        assert_eq!(fs::read_to_string(&file).expect("a file"), expected);
    }

    #[test]
    fn a_key_changes_in_place_and_comments_stay() {
        let text = "# mine\nport = 1 # why\n\n[python]\n# here\n#path = \"\"\n";
        check(text, &[("port", json!(5001))], "# mine\nport = 5001 # why\n\n[python]\n# here\n#path = \"\"\n");
        let expected = format!("# mine\nport = 1 # why\n\n[python]\n# here\npath = \"{PROGRAM}\"\n");
        check(text, &[("python.path", json!(PROGRAM))], &expected);
        check(text, &[("port", Value::Null)], "# mine\n#port = 5000 # why\n\n[python]\n# here\n#path = \"\"\n");
        check(text, &[("python.path", Value::Null)], text);
    }

    #[test]
    fn unusual_spellings_stay_valid() {
        let path = [("python.path", json!(PROGRAM))];
        check("python.path = \"/a\"\n", &path, &format!("python.path = \"{PROGRAM}\"\n"));
        check("python = { path = \"/a\" }\n", &path, &format!("python = {{ path = \"{PROGRAM}\" }}\n"));
        check("\n", &[("limits.cpu_ms", json!(1000))], "[limits]\ncpu_ms = 1000\n\n");
        let list = "allowed_origins = [\n  \"http://a\", # one\n]\nport = 1\n";
        check(list, &[("allowed_origins", json!([]))], "allowed_origins = []\nport = 1\n");
    }

    #[test]
    fn line_endings_and_the_byte_order_mark_stay() {
        let text = "\u{FEFF}# mine\r\nport = 1 # why\r\n\r\n[desktop]\r\n#theme = \"system\"\r\nlanguage = \"en\"\r\n";
        check(text, &[("port", json!(2))], &text.replace("port = 1", "port = 2"));
        check(text, &[("desktop.theme", json!("dark"))], &text.replace("#theme = \"system\"", "theme = \"dark\""));
        let added = "[limits]\r\ncpu_ms = 1000\r\n";
        check(text, &[("limits.cpu_ms", json!(1000))], &format!("{text}\r\n{added}"));
    }

    #[test]
    fn the_file_of_a_new_user_is_edited_line_by_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        create_if_missing(&file).expect("a file");
        let before = fs::read_to_string(&file).expect("a file");
        let set = |value| BTreeMap::from([("desktop.theme".to_owned(), value)]);
        let loaded = change(&file, &set(Some(json!("dark")))).expect("a change");
        assert_eq!(loaded.settings.desktop.theme.name(), "dark");
        assert_eq!(loaded.problems, Vec::new());
        assert_eq!(fs::read_to_string(&file).expect("a file").lines().count(), before.lines().count());
        change(&file, &set(None)).expect("a change");
        assert_eq!(fs::read_to_string(&file).expect("a file"), before);
    }

    #[test]
    fn a_wrong_value_is_refused_with_its_key_and_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("settings.toml");
        fs::write(&file, "port = 1\nprot = 2\n").expect("a file");
        for (key, value, part) in [
            ("port", json!(70000), "from 0 to 65535, not 70000"),
            ("port", json!({}), "does not take"),
            ("python.path", json!("python3"), "whole path"),
            ("colour", json!(1), "is no key"),
            ("limits.timeout_ms", json!(3_600_001), "is above the longest accepted"),
            ("limits.max_timeout_ms", json!(9_999), "is below the time limit"),
        ] {
            let changes =
                BTreeMap::from([(key.to_owned(), Some(value)), ("require_token".to_owned(), Some(json!(true)))]);
            let Err(ChangeError::Refused { key: refused, message }) = change(&file, &changes) else {
                panic!("{key} was taken")
            };
            let text = message.to_string();
            assert!(refused == key && text.contains(part) && !text.contains("using"), "{text}");
            assert!(!Loaded::from_file(&file).settings.require_token);
        }
    }
}
