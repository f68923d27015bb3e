//! Finding, adding and removing the entry, in each of the formats.

use runtray_engine::message::LocalizedMessage;

use super::entry::{ARGUMENT, Format, Found, Program};
use super::{json, lines, toml};

impl Format {
    /// The entry in `text` under Runtray's name.
    ///
    /// # Errors
    /// The text has a mistake.
    pub(super) fn find(self, text: &str, ours: Option<&Program>) -> Result<Found, LocalizedMessage> {
        let text = lines::without_mark(text);
        let command = match self {
            Self::Codex => toml::command(text)?,
            _ => json::command(self, text)?,
        };
        Ok(match command {
            None => Found::Nothing,
            Some(command) if ours.is_some_and(|ours| command == [ours.0.as_str(), ARGUMENT]) => Found::Ours,
            Some(_) => Found::Other,
        })
    }

    /// `text` with the entry; everything else stays as it is, comments and line ends included.
    ///
    /// # Errors
    /// The text has a mistake.
    pub(super) fn with(self, text: &str, program: &Program) -> Result<String, LocalizedMessage> {
        lines::edited(text, |text| match self {
            Self::Codex => toml::with(text, program),
            _ => json::with(self, text, program),
        })
    }

    /// `text`, with its entry replaced by the entry in `former`, or removed if `former` has none.
    ///
    /// # Errors
    /// One of the texts has a mistake.
    pub(super) fn restored(self, text: &str, former: &str) -> Result<String, LocalizedMessage> {
        let former = lines::without_mark(former);
        lines::edited(text, |text| match self {
            Self::Codex => toml::restored(text, former),
            _ => json::restored(self, text, former),
        })
    }
}

#[cfg(test)]
mod tests;
