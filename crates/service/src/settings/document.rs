//! A parsed file before validation: its keys and rows with their lines, and everything unknown in it.

use toml_edit::{Document, Item, Key, TableLike, TomlError, Value};

use super::closest::closest;
use super::key::Key as SettingsKey;
use super::keys::{KEYS, SECTIONS};
use super::model::Problem;
use super::security_keys;
use crate::sentences as s;

/// The name of the sections that add a language.
pub(super) const LANGUAGE: &str = "language";

/// The contents of a file before validation.
#[derive(Default)]
pub(super) struct RawSettings<'a> {
    /// Known keys.
    pub(super) entries: Vec<Entry<'a>>,
    /// `[[language]]` rows.
    pub(super) languages: Vec<Row<'a>>,
    /// Security keys with another name or in another section, and their values.
    pub(super) misnamed: Vec<(&'static SettingsKey, &'a Item)>,
    /// The problems of everything else.
    pub(super) problems: Vec<Problem>,
}

/// A known key with its value.
pub(super) struct Entry<'a> {
    /// Its index in [`KEYS`].
    pub(super) key: usize,
    /// Its line, from 1.
    pub(super) line: usize,
    /// The value.
    pub(super) item: &'a Item,
}

/// A `[[language]]` row.
pub(super) struct Row<'a> {
    /// Its line, from 1.
    pub(super) line: usize,
    /// Its fields.
    pub(super) table: &'a dyn TableLike,
}

/// The lines of a text, by byte offset.
#[derive(Clone, Copy)]
pub(super) struct Lines<'a>(pub(super) &'a [u8]);

impl Lines<'_> {
    /// The line of a byte, from 1.
    pub(super) fn at(self, offset: usize) -> usize {
        self.0.iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
    }

    /// The line of a key, from 1.
    pub(super) fn of(self, table: &dyn TableLike, key: &str) -> usize {
        let span = table.get_key_value(key).and_then(|(key, item)| Key::span(key).or_else(|| item.span()));
        self.at(span.map_or(0, |span| span.start))
    }
}

/// Parses the text of a whole file.
pub(super) fn parse(text: &str) -> Result<Document<String>, TomlError> {
    #[cfg(test)]
    parses::note(text);
    Document::parse(text.to_owned())
}

/// Collects the contents of a TOML file.
pub(super) fn collect(document: &Document<String>) -> RawSettings<'_> {
    let mut raw = RawSettings::default();
    raw.walk("", document.as_table(), Lines(document.raw().as_bytes()));
    raw
}

impl<'a> RawSettings<'a> {
    fn walk(&mut self, section: &str, table: &'a dyn TableLike, lines: Lines<'a>) {
        for (key, item) in table.iter() {
            let name = if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") };
            let line = lines.of(table, key);
            if name == LANGUAGE {
                self.rows(item, line, lines);
            } else if SECTIONS.iter().any(|(section, _)| *section == name) {
                self.section(&name, item, line, lines);
            } else if let Some(key) = KEYS.iter().position(|key| key.name == name) {
                self.entries.push(Entry { key, line, item });
            } else {
                self.problems.push(unknown(&name, item, line));
                self.misnamed.extend(security_keys::meant(&name).map(|key| (key, item)));
                tables(item).into_iter().for_each(|table| self.misplaced(&name, table, lines));
            }
        }
    }

    /// Reports the security keys in a table that may not have them, and in all tables below.
    fn misplaced(&mut self, section: &str, table: &'a dyn TableLike, lines: Lines<'_>) {
        for (key, item) in table.iter() {
            let name = format!("{section}.{key}");
            if let Some(meant) = security_keys::meant(key) {
                self.problems.push(unknown(&name, item, lines.of(table, key)));
                self.misnamed.push((meant, item));
            }
            tables(item).into_iter().for_each(|table| self.misplaced(&name, table, lines));
        }
    }

    fn section(&mut self, name: &str, item: &'a Item, line: usize, lines: Lines<'a>) {
        match item.as_table_like() {
            Some(table) => self.walk(name, table, lines),
            None => {
                let message = s::SETTING_SECTION.with("name", name);
                self.problems.push(Problem { line: Some(line), key: name.to_owned(), message });
            }
        }
    }

    fn rows(&mut self, item: &'a Item, line: usize, lines: Lines<'a>) {
        tables(item).into_iter().for_each(|table| self.misplaced(LANGUAGE, table, lines));
        if let Some(tables) = item.as_array_of_tables() {
            let row = |table: &'a toml_edit::Table| Row {
                line: table.span().map_or(line, |span| lines.at(span.start)),
                table,
            };
            self.languages.extend(tables.iter().map(row));
        } else if let Some(tables) = inline_tables(item) {
            self.languages.extend(tables.into_iter().map(|table| Row { line, table }));
        } else {
            let message = s::SETTING_ROWS.message();
            self.problems.push(Problem { line: Some(line), key: LANGUAGE.to_owned(), message });
        }
    }
}

/// The tables of an item: itself, or the tables in its list.
fn tables(item: &Item) -> Vec<&dyn TableLike> {
    let rows = || Some(item.as_array_of_tables()?.iter().map(|table| table as &dyn TableLike).collect());
    match item.as_table_like() {
        Some(table) => vec![table],
        None => rows().or_else(|| inline_tables(item)).unwrap_or_default(),
    }
}

fn inline_tables(item: &Item) -> Option<Vec<&dyn TableLike>> {
    item.as_array()?.iter().map(|value| Value::as_inline_table(value).map(|table| table as &dyn TableLike)).collect()
}

fn unknown(name: &str, item: &Item, line: usize) -> Problem {
    let known = KEYS.iter().map(|key| key.name).chain(SECTIONS.iter().map(|(name, _)| *name)).chain([LANGUAGE]);
    let message = match (closest(name, known), item.is_table_like()) {
        (Some(meant), true) => s::SETTING_SECTION_MEANT.with("meant", meant),
        (Some(meant), false) => s::SETTING_KEY_MEANT.with("meant", meant),
        (None, true) => s::SETTING_SECTION_IGNORED.message(),
        (None, false) => s::SETTING_KEY_IGNORED.message(),
    };
    Problem { line: Some(line), key: name.to_owned(), message }
}

/// The texts that were parsed, for the tests that count them.
#[cfg(test)]
pub(crate) mod parses {
    use std::sync::{Mutex, PoisonError};

    static TEXTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

    pub(super) fn note(text: &str) {
        TEXTS.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
    }

    /// How many of them have `mark` in them.
    pub(crate) fn with(mark: &str) -> usize {
        TEXTS.lock().unwrap_or_else(PoisonError::into_inner).iter().filter(|text| text.contains(mark)).count()
    }
}
