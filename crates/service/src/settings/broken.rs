//! A file that cannot be parsed: what it still closes.
//!
//! Defaults would open what such a file had closed, so the keys that close something are looked for line by line.

use toml_edit::{Document, Item};

use super::Settings;
use super::keys::KEYS;

const CLOSING: [&str; 3] = ["allowed_origins", "require_token", "isolation"];

/// Defaults, but as closed as the lines above the first section ask for.
pub(super) fn closed_settings(text: &str) -> Settings {
    let mut settings = Settings::default();
    for line in text.lines().map(str::trim).take_while(|line| !line.starts_with('[')) {
        for key in KEYS.iter().filter(|key| CLOSING.contains(&key.name) && names(line, key.name)) {
            let document = Document::parse(line).ok();
            let item = document.as_ref().and_then(|document| document.as_table().get(key.name));
            // A wrong value closes; that it is wrong is part of the problem that is reported anyway.
            let _ = (key.read)(&mut settings, item.unwrap_or(&Item::None));
        }
    }
    settings
}

fn names(line: &str, key: &str) -> bool {
    line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
}

#[cfg(test)]
mod tests {
    use super::closed_settings;
    use crate::settings::Settings;

    #[test]
    fn what_was_closed_stays_closed() {
        let settings =
            closed_settings("port = = 1\nrequire_token = true\nallowed_origins = [\nisolation = \"sandbox\"\n");
        assert!(settings.require_token && settings.allowed_origins.is_empty() && settings.refuse_to_run.is_some());
    }

    #[test]
    fn what_is_open_or_commented_out_stays_as_it_is_by_default() {
        for text in [
            "port =",
            "#require_token = true\n!",
            "[limits\nrequire_token = true",
            "isolation = \"auto\"\n!",
            "isolationx = 1",
        ] {
            assert_eq!(closed_settings(text), Settings::default(), "for {text:?}");
        }
    }
}
