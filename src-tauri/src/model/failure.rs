//! Why a command of the window could not be done.

use runtray_service::journal::JournalError;
use runtray_service::settings::ChangeError;
use runtray_service::{ExportError, StartError};
use serde::Serialize;
use ts_rs::TS;

/// A failure as the window shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct Failure {
    /// A word for the window's own logic.
    pub(crate) code: String,
    /// A sentence for people.
    pub(crate) message: String,
    /// The settings' key that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub(crate) field: Option<String>,
}

impl Failure {
    /// A failure that is about no field.
    pub(crate) fn new(code: &str, message: impl ToString) -> Self {
        Self { code: code.to_owned(), message: sentence(&message.to_string()), field: None }
    }

    /// A failure that belongs beside a field.
    pub(crate) fn of(field: &str, code: &str, message: impl ToString) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(code, message) }
    }
}

/// Errors are fragments in lower case; people get sentences.
fn sentence(fragment: &str) -> String {
    let fragment = fragment.trim();
    let mut characters = fragment.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if fragment.ends_with(['.', '?', '…']) || fragment.is_empty() { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused { key, message } => Self::of(&key, "invalid_setting", message),
            error if error.is_of_broken_file() => Self::new("settings_broken", error),
            error => Self::new("settings_file", error),
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::new("not_started", error)
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::new("journal", error)
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self::new("export", error)
    }
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn fragments_become_sentences() {
        for (fragment, expected) in [
            ("must be a port", "Must be a port."),
            ("is it a Python?", "Is it a Python?"),
            ("Élan.", "Élan."),
            ("über", "Über."),
            ("", ""),
        ] {
            assert_eq!(sentence(fragment), expected);
        }
    }
}
