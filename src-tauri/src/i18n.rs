//! Texts for the tray, notifications and problems, in the user's language.
//!
//! The catalogues are beside the window's own and have the same format: one flat object, with `{name}` for placeholders and two
//! keys, `….one` and `….other`, for a plural.

use std::collections::HashMap;
use std::sync::LazyLock;

use runtray_engine::message::{LocalizedMessage, Value};

const ENGLISH: &str = include_str!("../../ui/src/lib/i18n/native.en.json");
const GERMAN: &str = include_str!("../../ui/src/lib/i18n/native.de.json");

const ENGLISH_MESSAGES: &str = include_str!("../../ui/src/lib/i18n/messages.en.json");
const GERMAN_MESSAGES: &str = include_str!("../../ui/src/lib/i18n/messages.de.json");

type Catalogue = HashMap<String, String>;

/// The sentences of engine, service and app by code.
static MESSAGES: LazyLock<[Catalogue; 2]> =
    LazyLock::new(|| [ENGLISH_MESSAGES, GERMAN_MESSAGES].map(|text| serde_json::from_str(text).unwrap_or_default()));

static CATALOGUES: LazyLock<[Catalogue; 2]> =
    LazyLock::new(|| [ENGLISH, GERMAN].map(|text| serde_json::from_str(text).unwrap_or_default()));

/// A language that the app speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Language {
    #[default]
    English,
    German,
}

impl Language {
    /// The language of the setting `desktop.language`.
    pub(crate) fn chosen(setting: &str) -> Self {
        match setting {
            "en" => Self::English,
            "de" => Self::German,
            _ => sys_locale::get_locale().map_or(Self::English, |locale| Self::of_locale(&locale)),
        }
    }

    fn of_locale(locale: &str) -> Self {
        if locale.to_ascii_lowercase().starts_with("de") { Self::German } else { Self::English }
    }

    /// The text of `key` with its placeholders filled in. A missing text shows as its key.
    pub(crate) fn text(self, key: &str, filled: &[(&str, &str)]) -> String {
        let text = CATALOGUES[self as usize].get(key).map_or(key, String::as_str);
        filled.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// A sentence, with the sentences in it, in this language. A missing one stays in English.
    pub(crate) fn say(self, message: &LocalizedMessage) -> String {
        let english = || message.to_string();
        let text = MESSAGES[self as usize].get(message.code()).cloned().unwrap_or_else(english);
        message.values().iter().fold(text, |text, (name, value)| {
            let value = match value {
                Value::Text(text) => text.clone(),
                Value::Message(message) => self.say(message),
                Value::List(list) => list.iter().map(|message| self.say(message)).collect::<Vec<_>>().join("; "),
            };
            text.replace(&format!("{{{name}}}"), &value)
        })
    }

    /// The text of `key` for a number of things, which replaces the placeholder `n`.
    pub(crate) fn plural(self, key: &str, count: usize, filled: &[(&str, &str)]) -> String {
        let form = if count == 1 { "one" } else { "other" };
        let count = count.to_string();
        self.text(&format!("{key}.{form}"), &[filled, &[("n", count.as_str())]].concat())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{CATALOGUES, Language, MESSAGES};

    /// The names of the placeholders.
    fn names(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
    }

    #[test]
    fn every_text_is_in_every_language_with_the_same_places() {
        let [english, german] = &*CATALOGUES;
        assert!(english.len() > 30, "the catalogue was not read");
        assert_eq!(english.keys().collect::<BTreeSet<_>>(), german.keys().collect::<BTreeSet<_>>());
        for (key, text) in english {
            assert_eq!(names(text), names(&german[key]), "{key}");
        }
    }

    /// The texts of all source files below a folder.
    fn sources(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder of sources").flatten().map(|entry| entry.path());
        let texts = |path: PathBuf| match path.is_dir() {
            true => sources(&path),
            false => vec![fs::read_to_string(path).expect("a source file")],
        };
        entries.flat_map(texts).collect()
    }

    #[test]
    fn every_text_in_use_is_in_the_catalogue() {
        let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let quoted = sources.iter().flat_map(|source| source.split('"').skip(1).step_by(2));
        let prefixes = ["tray.", "problem.", "notice.", "dialog."];
        for key in quoted.filter(|text| prefixes.iter().any(|prefix| text.starts_with(prefix))) {
            let plural = format!("{key}.one");
            assert!(CATALOGUES[0].contains_key(key) || CATALOGUES[0].contains_key(&plural), "{key} is missing");
        }
    }

    /// Every sentence of the engine, the service, the updates and the app.
    fn sentences() -> impl Iterator<Item = &'static runtray_engine::message::Sentence> {
        let [engine, service] = [runtray_engine::sentences::ALL, runtray_service::sentences::ALL];
        [engine, service, runtray_update::sentences::ALL, crate::sentences::ALL].into_iter().flatten()
    }

    #[test]
    fn every_sentence_is_in_every_language_with_known_placeholders() {
        let codes: BTreeSet<_> = sentences().map(|sentence| sentence.code).collect();
        for catalogue in &*MESSAGES {
            let known: BTreeSet<_> = catalogue.keys().map(String::as_str).collect();
            assert_eq!(known, codes);
        }
        for sentence in sentences() {
            let [english, german] = [0, 1].map(|language| &MESSAGES[language][sentence.code]);
            assert_eq!(names(english), names(german), "{}", sentence.code);
            assert!(names(english).is_subset(&names(sentence.english)), "{}", sentence.code);
        }
    }

    #[test]
    fn no_german_sentence_is_the_english_one() {
        // Names and text quoted from the system are the same in both languages.
        let word = |text: &str| text.split(['{', '}']).step_by(2).any(|part| part.contains(char::is_alphabetic));
        for sentence in sentences().filter(|sentence| word(sentence.english)) {
            let german = &MESSAGES[1][sentence.code];
            assert_ne!(german, sentence.english, "{}", sentence.code);
            let foreign = [" the ", " is ", " not ", " and ", " must ", " could ", " with "];
            let found = foreign.iter().find(|word| format!(" {german} ").contains(*word));
            assert_eq!(found, None, "{}: {german}", sentence.code);
        }
    }

    #[test]
    fn a_sentence_is_worded_with_those_inside_it() {
        // ERROR_ACCESS_DENIED, or EACCES.
        let error = std::io::Error::from_raw_os_error(if cfg!(windows) { 5 } else { 13 });
        let cause = runtray_service::sentences::FILE_WRITE.with("path", "/x/settings.toml").with("cause", &error);
        let message = runtray_engine::sentences::REJECTED.with("path", "/a").with("reason", vec![cause.clone(), cause]);
        let german = Language::German.say(&message);
        assert_eq!(german.matches("/x/settings.toml konnte nicht geschrieben werden").count(), 2, "{german}");
        assert!(german.contains("der Zugriff wurde verweigert") && !german.contains("denied"), "{german}");
    }

    #[test]
    fn texts_are_filled_in_and_counted() {
        let address = [("address", "localhost:1")];
        for (count, expected) in
            [(1, "1 program is running on localhost:1"), (2, "2 programs are running on localhost:1")]
        {
            assert_eq!(Language::English.plural("tray.state.busy", count, &address), expected);
        }
        assert_eq!(Language::German.text("tray.quit", &[]), "Runtray beenden");
    }

    #[test]
    fn the_system_s_language_is_followed_where_it_is_spoken() {
        for (locale, expected) in
            [("de-AT", Language::German), ("de_DE.UTF-8", Language::German), ("fr-FR", Language::English)]
        {
            assert_eq!(Language::of_locale(locale), expected);
        }
        assert_eq!((Language::chosen("de"), Language::chosen("en")), (Language::German, Language::English));
    }
}
