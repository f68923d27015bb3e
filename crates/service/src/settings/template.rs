//! The commented settings file of a new user.

use std::fmt::Write as _;

use super::keys::{KEYS, SECTIONS};
use super::model::Settings;

const TOP: &str = "\
# Settings of Runtray. What is saved here takes effect at once, except where a comment speaks of a restart.
#
# Each line that begins with `#` and a key shows that key's default; remove the `#` to change it. A mistake is reported
# by `runtray config check` and in the window, with its line, and costs only the key that it is in.
";

const LANGUAGE: &str = "
# More languages: one such section each, without the `#` in front. A program that the command names without a folder is
# looked for on PATH; the program's file follows the command's words. A built-in language's name replaces that language.
#
#     [[language]]
#     name = \"bash\"
#     aliases = [\"sh\"]
#     command = [\"bash\"]
#     extension = \"sh\"
";

/// The whole file. With every key uncommented it means the defaults.
pub(super) fn text() -> String {
    let defaults = Settings::default();
    let mut text = TOP.to_owned();
    let mut section = "";
    for key in KEYS {
        let (of, name) = key.parts();
        if of != section {
            section = of;
            text.push_str(&heading(section));
        }
        text.push('\n');
        for line in key.about.lines() {
            let _ = writeln!(text, "# {line}");
        }
        if key.restart {
            text.push_str("# Takes effect after a restart of the service.\n");
        }
        // Defaults are comments: a later version may change them for users without a choice of their own.
        let _ = writeln!(text, "#{name} = {}", (key.show)(&defaults));
    }
    text + LANGUAGE
}

fn heading(section: &str) -> String {
    let about = SECTIONS.iter().find(|(name, _)| *name == section).map_or("", |(_, about)| about);
    format!("\n# {about}\n[{section}]\n")
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::settings::keys::KEYS;
    use crate::settings::{Loaded, Settings};

    fn uncommented() -> String {
        let line = |line: &str| match line.strip_prefix('#') {
            Some(key) if key.starts_with(|c: char| c.is_ascii_lowercase()) => format!("{key}\n"),
            _ => format!("{line}\n"),
        };
        text().lines().map(line).collect()
    }

    #[test]
    fn as_it_is_the_file_changes_nothing() {
        assert_eq!(Loaded::from_text(&text()), Loaded { settings: Settings::default(), problems: Vec::new() });
    }

    #[test]
    fn uncommented_the_file_says_the_defaults() {
        let text = uncommented();
        assert_eq!(Loaded::from_text(&text), Loaded { settings: Settings::default(), problems: Vec::new() }, "{text}");
        let document = text.parse::<toml_edit::DocumentMut>().expect("TOML");
        for key in KEYS {
            let (section, name) = key.parts();
            let table = if section.is_empty() { document.as_item() } else { &document[section] };
            assert!(table.get(name).is_some(), "{} is not in the file", key.name);
        }
    }

    #[test]
    fn the_example_of_a_language_is_one() {
        let example: String =
            text().lines().filter_map(|line| line.strip_prefix("#     ")).map(|line| format!("{line}\n")).collect();
        let loaded = Loaded::from_text(&example);
        assert_eq!((loaded.settings.languages.len(), loaded.problems), (1, Vec::new()));
    }

    #[test]
    fn no_line_is_too_long_to_read() {
        for line in text().lines() {
            assert!(line.chars().count() <= 120, "{line}");
        }
    }
}
