//! The entry that makes an assistant start Runtray, in each of the formats of settings.

use std::path::Path;

use runtray_engine::said::Said;

use super::{json, toml};

/// Runtray's name in the settings of assistants.
pub(super) const NAME: &str = "runtray";
/// The argument with which it serves an assistant.
pub(super) const ARGUMENT: &str = "mcp";

/// How an assistant names its servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `mcpServers`: Claude Desktop's, which most took over.
    McpServers,
    /// `servers`: Visual Studio Code's.
    Servers,
    /// `context_servers`: Zed's.
    ContextServers,
    /// `mcp`: that of opencode, with program and arguments in one list.
    OpenCode,
    /// TOML: that of Codex.
    Codex,
}

/// The program that serves assistants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program(pub(super) String);

/// What the settings have under Runtray's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Ours,
    Other,
    Nothing,
}

impl Program {
    pub(super) fn at(path: &Path) -> Self {
        Self(path.display().to_string())
    }
}

impl Format {
    /// What `text` has under Runtray's name.
    ///
    /// # Errors
    /// The text has a mistake.
    pub(super) fn find(self, text: &str, ours: Option<&Program>) -> Result<Found, Said> {
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

    /// `text` with the entry; everything else stays as it is, comments included.
    ///
    /// # Errors
    /// The text has a mistake.
    pub(super) fn with(self, text: &str, program: &Program) -> Result<String, Said> {
        match self {
            Self::Codex => toml::with(text, program),
            _ => json::with(self, text, program),
        }
    }

    /// `text` without the entry.
    ///
    /// # Errors
    /// The text has a mistake.
    pub(super) fn without(self, text: &str) -> Result<String, Said> {
        match self {
            Self::Codex => toml::without(text),
            _ => json::without(self, text),
        }
    }

    /// The key of the servers in JSON.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::McpServers => "mcpServers",
            Self::Servers => "servers",
            Self::ContextServers => "context_servers",
            Self::OpenCode => "mcp",
            Self::Codex => "mcp_servers",
        }
    }
}
