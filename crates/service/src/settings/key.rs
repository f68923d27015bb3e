//! One key of `settings.toml`: how it is read, shown and described.

use runtray_engine::said::Said;
use toml_edit::Item;

use super::model::Settings;

type Read = fn(&mut Settings, &Item) -> Result<(), Fault>;
type Show = fn(&Settings) -> String;

/// A key.
pub(super) struct Key {
    /// Its full name, `limits.timeout_ms`.
    pub(super) name: &'static str,
    /// Its meaning and unit, for the commented file.
    pub(super) about: &'static str,
    /// Whether a change waits for a restart.
    pub(super) restart: bool,
    /// Takes what is written into the settings.
    pub(super) read: Read,
    /// What is in the settings, in TOML.
    pub(super) show: Show,
}

/// Why a value was not taken.
pub(super) enum Fault {
    /// Something else is used, which the message goes on to name.
    Replaced(Said),
    /// The message says all there is.
    Said(Said),
}

impl From<Said> for Fault {
    fn from(why: Said) -> Self {
        Self::Replaced(why)
    }
}

impl Key {
    pub(super) const fn new(name: &'static str, about: &'static str, read: Read, show: Show) -> Self {
        Self { name, about, restart: false, read, show }
    }

    /// A key whose changes wait for a restart.
    pub(super) const fn after_restart(mut self) -> Self {
        self.restart = true;
        self
    }

    /// The section's name, empty at the top of the file, and the name within it.
    pub(super) fn parts(&self) -> (&'static str, &'static str) {
        self.name.split_once('.').unwrap_or(("", self.name))
    }
}

/// Puts a value into its field, or passes on what is wrong with it.
pub(super) fn set<T>(field: &mut T, value: Result<T, Said>) -> Result<(), Fault> {
    *field = value?;
    Ok(())
}
