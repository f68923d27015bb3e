//! Settings: the user's `settings.toml`, read and validated.
//!
//! The file belongs to the user. Only its [`SettingsStore`] writes it: as a whole, with its comments, and never while a mistake
//! hides a key that restricts access. An invalid value resets only its own key to the default; keys that restrict access
//! (`require_token`, `allowed_origins`, `isolation`) fail closed. `keys` is the table of all keys.

mod access;
mod callers;
mod change;
mod closest;
mod container;
mod desktop;
mod document;
mod fallback;
mod file;
mod journal;
mod key;
mod keys;
mod languages;
mod load;
mod model;
mod programs;
#[cfg(test)]
mod properties;
mod read;
mod security_keys;
mod statements;
mod store;
mod template;
#[cfg(test)]
mod tests;
mod updates;
mod values;
mod watch;

pub use change::{ChangeError, Changes};
pub use file::{EditError, create_if_missing};
pub use model::{
    DesktopSettings, IsolationChoice, JournalSettings, Loaded, NetworkChoice, Problem, Settings, Theme, UpdateSettings,
};
pub use programs::missing_programs;
pub use store::SettingsStore;
pub use values::values;

pub(crate) use callers::is_same_caller;
#[cfg(test)]
pub(crate) use document::parses;
pub(crate) use model::log_problems;
