//! One key of `settings.toml`: how it is read, shown and described.

use runtray_engine::message::LocalizedMessage;
use toml_edit::Item;

use super::model::Settings;

type Read = fn(&mut Settings, &Item) -> Result<(), Fault>;
type Show = fn(&Settings) -> String;

/// A key.
pub(super) struct Key {
    /// Its full name, `limits.timeout_ms`.
    pub(super) name: &'static str,
    /// The comment above it in the file: its meaning and unit.
    pub(super) about: &'static str,
    /// Whether a change waits for a restart.
    pub(super) restart: bool,
    /// Reads a value from the file into the settings.
    pub(super) read: Read,
    /// Shows the value in the settings as TOML.
    pub(super) show: Show,
}

/// Why a value was refused.
pub(super) enum Fault {
    /// Another value is used, and the message will name it.
    Replaced(LocalizedMessage),
    /// The message is complete.
    Message(LocalizedMessage),
}

impl From<LocalizedMessage> for Fault {
    fn from(why: LocalizedMessage) -> Self {
        Self::Replaced(why)
    }
}

impl Key {
    /// A key whose changes take effect at once.
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

/// Assigns a valid value to its field, or returns the fault.
pub(super) fn set<T>(field: &mut T, value: Result<T, LocalizedMessage>) -> Result<(), Fault> {
    *field = value?;
    Ok(())
}
