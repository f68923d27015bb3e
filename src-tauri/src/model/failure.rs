//! The failure of a command of the window.

use std::collections::BTreeMap;

use runtray_engine::message::LocalizedMessage;
use runtray_service::journal::JournalError;
use runtray_service::settings::ChangeError;
use runtray_service::to_wire::words;
use runtray_service::{ExportError, StartError};
use runtray_wire::{ErrorBody, Words};
use serde::Serialize;
use ts_rs::TS;

/// A failure as the window shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub(crate) struct Failure {
    /// A code for the window's own logic.
    pub(crate) code: String,
    /// A sentence in English.
    pub(crate) message: String,
    /// The same as a code with values, which the window translates.
    pub(crate) localized: Box<Words>,
    /// The key of the setting in question.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub(crate) field: Option<String>,
}

impl Failure {
    /// A failure that belongs to no field.
    pub(crate) fn new(code: &str, localized: &LocalizedMessage) -> Self {
        Self {
            code: code.to_owned(),
            message: sentence(&localized.to_string()),
            localized: Box::new(words(localized)),
            field: None,
        }
    }

    /// A failure that is shown beside a field.
    pub(crate) fn of(field: &str, code: &str, localized: &LocalizedMessage) -> Self {
        Self { field: Some(field.to_owned()), ..Self::new(code, localized) }
    }
}

/// Turns an error, which is a lower-case fragment, into a sentence.
pub(crate) fn sentence(fragment: &str) -> String {
    let fragment = fragment.trim();
    let mut characters = fragment.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if fragment.ends_with(['.', '?', '…']) || fragment.is_empty() { "" } else { "." };
    format!("{first}{}{end}", characters.as_str())
}

impl From<ErrorBody> for Failure {
    /// The service words its errors itself.
    fn from(ErrorBody { code, error, reason, .. }: ErrorBody) -> Self {
        let code = serde_json::to_value(code).ok().and_then(|code| code.as_str().map(str::to_owned));
        let unworded = || Words { code: String::new(), values: BTreeMap::new(), text: error.clone() };
        let localized = Box::new(reason.unwrap_or_else(unworded));
        Self { code: code.unwrap_or_default(), localized, message: error, field: None }
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Refused { key, message } => Self::of(&key, "invalid_setting", &message),
            error => {
                let code = if error.is_of_broken_file() { "settings_broken" } else { "settings_file" };
                Self::new(code, &error.message())
            }
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::new("not_started", &error.message())
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        Self::new("journal", &error.message())
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self::new("export", &error.message())
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
