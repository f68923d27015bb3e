//! The keys of `[desktop]`.

use runtray_engine::message::LocalizedMessage;
use toml_edit::Item;

use super::key::{Fault, Key, set};
use super::model::{Settings, Theme};
use super::read::{excerpt, switch};
use crate::sentences;

/// The app's languages, and the system's language.
const LANGUAGES: [&str; 3] = ["system", "en", "de"];

const THEMES: [(&str, Theme); 3] = [("system", Theme::System), ("light", Theme::Light), ("dark", Theme::Dark)];

pub(super) const START_HIDDEN: Key = Key::new(
    "desktop.start_hidden",
    "true starts the app in the tray, without its window.",
    |s, v| set(&mut s.desktop.start_hidden, switch(v)),
    |s| s.desktop.start_hidden.to_string(),
);

pub(super) const NOTIFICATIONS: Key = Key::new(
    "desktop.notifications",
    "false shows no notifications, not even of pages that want to run code.",
    |s, v| set(&mut s.desktop.notifications, switch(v)),
    |s| s.desktop.notifications.to_string(),
);

pub(super) const THEME: Key = Key::new("desktop.theme", "\"system\", \"light\" or \"dark\".", theme, |s| {
    format!("\"{}\"", s.desktop.theme.name())
});

pub(super) const LANGUAGE: Key =
    Key::new("desktop.language", "The app's language: \"system\", \"en\" or \"de\".", language, |s| {
        format!("\"{}\"", s.desktop.language)
    });

pub(super) const WELCOMED: Key = Key::new(
    "desktop.welcomed",
    "true once the introduction of the first start was closed.",
    |s, v| set(&mut s.desktop.welcomed, switch(v)),
    |s| s.desktop.welcomed.to_string(),
);

impl Theme {
    /// The theme's name in the file.
    pub fn name(self) -> &'static str {
        THEMES.iter().find(|(_, theme)| *theme == self).map_or("system", |(name, _)| name)
    }
}

fn theme(settings: &mut Settings, item: &Item) -> Result<(), Fault> {
    let found = THEMES.iter().find(|(name, _)| item.as_str() == Some(name)).map(|(_, theme)| *theme);
    set(&mut settings.desktop.theme, found.ok_or_else(|| one_of(&THEMES.map(|(name, _)| name), item)))
}

fn language(settings: &mut Settings, item: &Item) -> Result<(), Fault> {
    let found = LANGUAGES.iter().find(|name| item.as_str() == Some(name)).map(|name| (*name).to_owned());
    set(&mut settings.desktop.language, found.ok_or_else(|| one_of(&LANGUAGES, item)))
}

fn one_of(names: &[&str], item: &Item) -> LocalizedMessage {
    let names: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    sentences::SETTING_ONE_OF.with("names", names.join(", ")).with("written", excerpt(item))
}
