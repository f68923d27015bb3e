//! The assistants that Runtray knows, and where they keep their settings on each system.

use std::path::PathBuf;

use super::entry::Format;

/// An assistant.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) format: Format,
    file: Place,
}

/// Where a settings file is.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Below the home folder, everywhere.
    Home(&'static str),
    /// Below the folder for settings of programs.
    Config(&'static str),
    /// Below the home folder, but on Windows below the folder for settings.
    HomeOrConfig(&'static str, &'static str),
}

/// The assistants in the order in which they are shown.
pub(super) const ASSISTANTS: &[Known] = &[
    known("claude", "Claude Desktop", Format::McpServers, Place::Config("Claude/claude_desktop_config.json")),
    known("cursor", "Cursor", Format::McpServers, Place::Home(".cursor/mcp.json")),
    known("vscode", "Visual Studio Code", Format::Servers, Place::Config("Code/User/mcp.json")),
    known("insiders", "VS Code Insiders", Format::Servers, Place::Config("Code - Insiders/User/mcp.json")),
    known("vscodium", "VSCodium", Format::Servers, Place::Config("VSCodium/User/mcp.json")),
    known("windsurf", "Windsurf", Format::McpServers, Place::Home(".codeium/windsurf/mcp_config.json")),
    known("zed", "Zed", Format::ContextServers, Place::HomeOrConfig(".config/zed/settings.json", "Zed/settings.json")),
    known("lmstudio", "LM Studio", Format::McpServers, Place::Home(".lmstudio/mcp.json")),
    known("gemini", "Gemini CLI", Format::McpServers, Place::Home(".gemini/settings.json")),
    known("codex", "Codex", Format::Codex, Place::Home(".codex/config.toml")),
    known("opencode", "opencode", Format::OpenCode, Place::Home(".config/opencode/opencode.json")),
];

const fn known(id: &'static str, name: &'static str, format: Format, file: Place) -> Known {
    Known { id, name, format, file }
}

/// A family of systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    Linux,
    Mac,
    Windows,
}

/// The folders of a user.
#[derive(Debug, Clone)]
pub(super) struct Places {
    pub(super) system: System,
    pub(super) home: PathBuf,
    /// `XDG_CONFIG_HOME`, or `APPDATA`.
    pub(super) config: Option<PathBuf>,
}

impl Places {
    /// The places of this user; `None` without a home folder.
    pub(super) fn of_this_user() -> Option<Self> {
        let system = match std::env::consts::OS {
            "windows" => System::Windows,
            "macos" => System::Mac,
            _ => System::Linux,
        };
        let variable = if system == System::Windows { "APPDATA" } else { "XDG_CONFIG_HOME" };
        let config = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        Some(Self { system, home: std::env::home_dir()?, config })
    }

    /// The settings file of an assistant that is installed: its folder is there, because the assistant has run once.
    pub(super) fn installed(&self, known: &Known) -> Option<PathBuf> {
        let file = self.file(known);
        file.parent().is_some_and(std::path::Path::is_dir).then_some(file)
    }

    fn file(&self, known: &Known) -> PathBuf {
        let given = || self.config.clone();
        let config = match self.system {
            System::Linux => given().unwrap_or_else(|| self.home.join(".config")),
            System::Mac => self.home.join("Library/Application Support"),
            System::Windows => given().unwrap_or_else(|| self.home.join("AppData/Roaming")),
        };
        match (known.file, self.system) {
            (Place::Home(path), _) => self.home.join(path),
            (Place::Config(path), _) | (Place::HomeOrConfig(_, path), System::Windows) => config.join(path),
            (Place::HomeOrConfig(path, _), System::Mac) => self.home.join(path),
            (Place::HomeOrConfig(path, _), System::Linux) => match path.strip_prefix(".config/") {
                Some(below) => config.join(below),
                None => self.home.join(path),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{ASSISTANTS, Places, System};

    fn file(id: &str, system: System, config: Option<&str>) -> String {
        let places = Places { system, home: "/home/ada".into(), config: config.map(PathBuf::from) };
        let known = ASSISTANTS.iter().find(|known| known.id == id).expect(id);
        places.file(known).display().to_string().replace('\\', "/")
    }

    #[test]
    fn each_system_has_its_places() {
        let support = "/home/ada/Library/Application Support";
        for (id, system, expected) in [
            ("claude", System::Linux, "/home/ada/.config/Claude/claude_desktop_config.json".to_owned()),
            ("claude", System::Mac, format!("{support}/Claude/claude_desktop_config.json")),
            ("claude", System::Windows, "/home/ada/AppData/Roaming/Claude/claude_desktop_config.json".to_owned()),
            ("vscode", System::Mac, format!("{support}/Code/User/mcp.json")),
            ("insiders", System::Linux, "/home/ada/.config/Code - Insiders/User/mcp.json".to_owned()),
            ("cursor", System::Windows, "/home/ada/.cursor/mcp.json".to_owned()),
            ("zed", System::Linux, "/home/ada/.config/zed/settings.json".to_owned()),
            ("zed", System::Mac, "/home/ada/.config/zed/settings.json".to_owned()),
            ("zed", System::Windows, "/home/ada/AppData/Roaming/Zed/settings.json".to_owned()),
            ("codex", System::Mac, "/home/ada/.codex/config.toml".to_owned()),
        ] {
            assert_eq!(file(id, system, None), expected, "{id}");
        }
        assert_eq!(file("vscode", System::Linux, Some("/cfg")), "/cfg/Code/User/mcp.json");
        assert_eq!(file("zed", System::Linux, Some("/cfg")), "/cfg/zed/settings.json");
        assert_eq!(file("windsurf", System::Windows, Some("/roaming")), "/home/ada/.codeium/windsurf/mcp_config.json");
    }

    #[test]
    fn names_are_unique() {
        let mut ids: Vec<_> = ASSISTANTS.iter().map(|known| known.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ASSISTANTS.len());
    }
}
