//! Splits a text that is not TOML into statements.

use super::key::Key;
use super::keys::{KEYS, SECTIONS};
use super::security_keys;
use crate::platform::origin::Origin;

/// The most lines that one statement may have.
const MOST_LINES: usize = 1000;
/// The fewest characters of a key's name that is recognised at the end of a truncated file.
const CUT_OFF: usize = 3;

/// A key with its value, which may be anything.
pub(super) struct Statement {
    /// The name of the section above it, if it is recognised.
    section: String,
    text: String,
    lines: usize,
}

/// The statements of a text, without comments and headings. NUL characters are removed; UTF-16 text read as UTF-8 contains them.
pub(super) fn statements(text: &str) -> Vec<Statement> {
    let text: String = text.chars().filter(|character| !matches!(character, '\0' | '\u{FEFF}' | '\u{FFFD}')).collect();
    // Each line is a heading, begins a statement, or belongs to the statement above it, as the lines of a list do.
    let (mut section, mut list) = (String::new(), Vec::<Statement>::new());
    for line in text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = heading(line) {
            section = name;
        } else if begins(line) || list.is_empty() {
            list.push(Statement { section: section.clone(), text: line.to_owned(), lines: 1 });
        } else if let Some(last) = list.last_mut().filter(|last| last.lines < MOST_LINES) {
            last.text = format!("{}\n{line}", last.text);
            last.lines += 1;
        }
    }
    list
}

/// The name in a heading, even if brackets are missing.
fn heading(line: &str) -> Option<String> {
    let inner = line.strip_prefix('[')?.trim_start_matches('[');
    let name = inner.split([']', '#']).next()?.trim().trim_matches(['"', '\'']);
    let is_name = |character: char| character.is_alphanumeric() || "_-. ".contains(character);
    name.chars().all(is_name).then(|| name.to_lowercase())
}

/// Whether a line begins a statement, and does not continue a list.
fn begins(line: &str) -> bool {
    let is_key = |character: char| character.is_alphanumeric() || "_-. \"'\t".contains(character);
    let key = line.split_once('=').map(|(key, _)| key);
    key.is_some_and(|key| !key.trim().is_empty() && key.chars().all(is_key)) || key_of("", line).is_some()
}

/// The key of a statement.
fn key_of(section: &str, text: &str) -> Option<&'static Key> {
    let start = text.split(['=', ':']).next().unwrap_or(text).trim();
    let word = start.split_whitespace().next()?.trim_matches(['"', '\'', ',']).to_lowercase();
    let named = |name: &str| KEYS.iter().find(|key| key.name == name);
    let is_cut_off = word.len() >= CUT_OFF && !text.contains(['=', ':']);
    let full = if section.is_empty() { word.clone() } else { format!("{section}.{word}") };
    let begins = |key: &&Key| [&word, &full].into_iter().any(|name| key.name.starts_with(&**name));
    let cut_off = || KEYS.iter().find(|key| security_keys::is_security_key(key.name) && begins(key));
    named(&full).or_else(|| security_keys::meant(&word)).or_else(|| cut_off().filter(|_| is_cut_off))
}

impl Statement {
    /// The statement as a TOML document.
    pub(super) fn toml(&self) -> String {
        match SECTIONS.iter().any(|(name, _)| *name == self.section) {
            true => format!("[{}]\n{}", self.section, self.text),
            // A security key counts in any section.
            false if self.section.is_empty() || self.is_security_key() => self.text.clone(),
            false => String::new(),
        }
    }

    /// The statement's first line.
    pub(super) fn first(&self) -> Self {
        let text = self.text.lines().next().unwrap_or_default().to_owned();
        Self { section: self.section.clone(), text, lines: 1 }
    }

    /// The statement's key.
    pub(super) fn key(&self) -> Option<&'static Key> {
        key_of(&self.section, &self.text)
    }

    /// The security keys that follow on its lines, where each should have a line of its own.
    pub(super) fn others(&self) -> Vec<&'static Key> {
        let is_word = |character: char| character.is_alphanumeric() || "_-.".contains(character);
        let named = |(at, _): (usize, &str)| {
            let before = self.text[..at].trim_end_matches([' ', '\t', '"', '\'']);
            security_keys::meant(before.rsplit(|character| !is_word(character)).next()?)
        };
        let own = usize::from(self.key().is_some());
        self.text.match_indices(['=', ':']).skip(own).filter_map(named).collect()
    }

    fn is_security_key(&self) -> bool {
        self.key().is_some_and(|key| security_keys::is_security_key(key.name))
    }

    /// The number at the beginning of its value.
    pub(super) fn number(&self) -> Option<i64> {
        let value =
            self.text.split_once(['=', ':'])?.1.trim_start_matches(|character: char| !character.is_ascii_digit());
        let digits: String = value.chars().take_while(|digit| digit.is_ascii_digit() || *digit == '_').collect();
        digits.replace('_', "").parse().ok()
    }

    /// The web pages in it.
    pub(super) fn pages(&self) -> Vec<Origin> {
        let starts = self.text.match_indices("http").map(|(at, _)| &self.text[at..]);
        let page = |text: &str| text.split(['"', '\'', ',', ']', ' ', '\n']).next().and_then(Origin::of_page);
        starts.filter_map(page).collect()
    }
}
