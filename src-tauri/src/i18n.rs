//! Texts for the tray, notifications and problems, in the user's language.
//!
//! The catalogues lie beside the window's own and have its format: one flat object, `{name}` for what is filled in, and two
//! keys, `….one` and `….other`, for a plural.

use std::collections::HashMap;
use std::sync::LazyLock;

const ENGLISH: &str = include_str!("../../ui/src/lib/i18n/native.en.json");
const GERMAN: &str = include_str!("../../ui/src/lib/i18n/native.de.json");

type Catalogue = HashMap<String, String>;

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
    /// The one of the setting `desktop.language`.
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

    /// The text of `key`, with what is filled in. A text that is missing shows as its key.
    pub(crate) fn text(self, key: &str, filled: &[(&str, &str)]) -> String {
        let text = CATALOGUES[self as usize].get(key).map_or(key, String::as_str);
        filled.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// The text of `key` for a number of things, which is filled in as `n`.
    pub(crate) fn plural(self, key: &str, count: usize, filled: &[(&str, &str)]) -> String {
        let form = if count == 1 { "one" } else { "other" };
        let count = count.to_string();
        self.text(&format!("{key}.{form}"), &[filled, &[("n", count.as_str())]].concat())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CATALOGUES, Language};

    /// What is filled in, by name.
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

    #[test]
    fn every_text_that_is_asked_for_is_there() {
        let sources = [
            include_str!("tray/menu.rs"),
            include_str!("problems.rs"),
            include_str!("notices.rs"),
            include_str!("surroundings.rs"),
        ];
        let quoted = sources.iter().flat_map(|source| source.split('"').skip(1).step_by(2));
        let prefixes = ["tray.", "problem.", "notice.", "dialog."];
        for key in quoted.filter(|text| prefixes.iter().any(|prefix| text.starts_with(prefix))) {
            let plural = format!("{key}.one");
            assert!(CATALOGUES[0].contains_key(key) || CATALOGUES[0].contains_key(&plural), "{key} is missing");
        }
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
