//! pip's own configuration of this user and machine.

use std::env;
use std::fs;
use std::path::PathBuf;

/// The sections whose values count for fetching; later ones win.
const SECTIONS: [&str; 3] = ["global", "install", "download"];

/// pip's configuration: files, and variables above them.
#[derive(Debug, Default)]
pub(crate) struct Configuration(Vec<(String, String)>);

impl Configuration {
    /// The configuration of this user on this machine.
    pub(crate) fn of_this_machine() -> Self {
        let mut known = Self::default();
        for file in files() {
            known.read(&fs::read_to_string(file).unwrap_or_default());
        }
        for (name, value) in env::vars() {
            let Some(key) = name.strip_prefix("PIP_").filter(|_| !value.is_empty()) else { continue };
            known.0.push((key.to_ascii_lowercase().replace('_', "-"), value));
        }
        known
    }

    /// The value of `key`, such as `index-url`.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Reads a file of pip's: sections with `key = value`, and further lines of a value indented.
    fn read(&mut self, text: &str) {
        let mut found = Vec::new();
        let mut section = String::new();
        for line in text.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
            if let Some(name) = line.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name.trim().to_ascii_lowercase();
                continue;
            }
            let Some(rank) = SECTIONS.iter().position(|known| *known == section) else { continue };
            if line.starts_with([' ', '\t'])
                && let Some((_, _, value)) = found.last_mut()
            {
                *value = format!("{value} {}", line.trim()).trim().to_owned();
            } else if let Some((key, value)) = line.split_once(['=', ':']) {
                let key = key.trim().to_ascii_lowercase().replace('_', "-");
                found.push((rank, key, value.trim().to_owned()));
            }
        }
        found.sort_by_key(|(rank, ..)| *rank);
        self.0.extend(found.into_iter().map(|(_, key, value)| (key, value)));
    }
}

/// The files, from the least to the most important.
fn files() -> Vec<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = env::home_dir();
    let below_home = |path: &str| home.as_ref().map(|home| home.join(path));
    let usual = if cfg!(windows) {
        vec![
            variable("ProgramData").map(|folder| folder.join("pip/pip.ini")),
            below_home("pip/pip.ini"),
            variable("APPDATA").map(|folder| folder.join("pip/pip.ini")),
        ]
    } else if cfg!(target_os = "macos") {
        vec![
            Some("/Library/Application Support/pip/pip.conf".into()),
            below_home(".pip/pip.conf"),
            below_home(".config/pip/pip.conf"),
            below_home("Library/Application Support/pip/pip.conf"),
        ]
    } else {
        let config = variable("XDG_CONFIG_HOME").or_else(|| below_home(".config"));
        vec![
            Some("/etc/xdg/pip/pip.conf".into()),
            Some("/etc/pip.conf".into()),
            below_home(".pip/pip.conf"),
            config.map(|folder| folder.join("pip/pip.conf")),
        ]
    };
    usual.into_iter().flatten().chain(variable("PIP_CONFIG_FILE")).collect()
}

#[cfg(test)]
mod tests {
    use super::Configuration;

    #[test]
    fn the_file_is_read_as_pip_reads_it() {
        let mut known = Configuration::default();
        let text = "# first\n[download]\nindex_url = https://mirror.invalid/simple\n[global]\nindex-url = https://a.invalid\n\
            trusted-host =\n  one.invalid\n  two.invalid\n[freeze]\ntimeout = 10\n";
        known.read(text);
        assert_eq!(known.get("index-url"), Some("https://mirror.invalid/simple"));
        assert_eq!(known.get("trusted-host"), Some("one.invalid two.invalid"));
        assert_eq!(known.get("timeout"), None);
        known.read("[global]\nproxy = http://localhost:1\n");
        assert_eq!(known.get("proxy"), Some("http://localhost:1"));
    }
}
