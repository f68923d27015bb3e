//! The entry that makes an assistant start Runtray, in each of the formats of settings.

use std::path::Path;

/// Runtray's name in the settings of assistants.
pub(super) const NAME: &str = "runtray";
/// The argument with which it serves an assistant.
pub(super) const ARGUMENT: &str = "mcp";

/// The keys of an entry that name a server elsewhere. An assistant refuses them beside the program that it starts.
pub(super) const REMOTE: &[&str] =
    &["url", "serverUrl", "httpUrl", "headers", "http_headers", "env_http_headers", "bearer_token_env_var"];

/// How an assistant names its servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `mcpServers`: Claude Desktop's, which most took over.
    McpServers,
    /// `servers`: Visual Studio Code's.
    Servers,
    /// `context_servers`: Zed's.
    ContextServers,
    /// `mcp`: the format of opencode, with program and arguments in one list.
    OpenCode,
    /// TOML: the format of Codex.
    Codex,
}

/// The program that serves assistants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program(pub(super) String);

/// The kind of entry in the settings under Runtray's name.
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
