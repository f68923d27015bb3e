//! The files shipped beside the program: `about.json` names each with its hash, and every part with its licence.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The name of the file.
pub const FILE: &str = "about.json";

/// The shipped files and parts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct About {
    /// CPython's version.
    pub python: String,
    /// The component's hash: SHA-256 in hexadecimal, as all hashes here.
    pub component: String,
    /// Machine code, one for each target.
    pub code: Vec<Code>,
    /// The standard library.
    pub library: Packed,
    /// The parts inside.
    pub parts: Vec<Part>,
}

/// Machine code for one target.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Code {
    /// The target, as Rust names it.
    pub target: String,
    /// Its file.
    #[serde(flatten)]
    pub packed: Packed,
}

/// A file that is unpacked before it is used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Packed {
    /// The compressed file, beside `about.json`.
    pub file: String,
    /// The hash of its uncompressed content.
    pub sha256: String,
    /// Its size uncompressed, in bytes.
    pub size: u64,
}

/// One of the parts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as SPDX writes it.
    pub licence: String,
}

/// Why there is no description.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be read.
    #[error("cannot read {0}: {1}")]
    Unreadable(String, #[source] std::io::Error),
    /// Its content cannot be parsed.
    #[error("{0} is damaged: {1}")]
    Damaged(String, #[source] serde_json::Error),
}

impl About {
    /// Reads the description of the files in `home`.
    ///
    /// # Errors
    /// It is not there, or damaged.
    pub fn read(home: &Path) -> Result<Self, Error> {
        let file = home.join(FILE);
        let name = file.display().to_string();
        let text = fs::read(&file).map_err(|error| Error::Unreadable(name.clone(), error))?;
        serde_json::from_slice(&text).map_err(|error| Error::Damaged(name, error))
    }

    /// The machine code for this system.
    pub fn code_here(&self) -> Option<&Packed> {
        self.code.iter().find(|code| code.target == TARGET).map(|code| &code.packed)
    }

    /// The parts inside, as `--version --verbose` prints them.
    pub fn describe(&self) -> String {
        let mut lines =
            vec![format!("Python {} (built in)", self.python), format!("component sha256 {}", self.component)];
        lines.extend(self.code.iter().map(|code| format!("{} sha256 {}", code.target, code.packed.sha256)));
        lines.extend(self.parts.iter().map(|part| format!("{} {}: {}", part.name, part.version, part.licence)));
        lines.join("\n")
    }
}

/// The target of this program. Both ABIs of Windows take the same code.
pub const TARGET: &str = if cfg!(all(windows, target_arch = "x86_64")) {
    "x86_64-pc-windows-gnu"
} else if cfg!(all(target_os = "macos", target_arch = "x86_64")) {
    "x86_64-apple-darwin"
} else if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
    "aarch64-apple-darwin"
} else if cfg!(all(target_os = "linux", target_arch = "aarch64")) {
    "aarch64-unknown-linux-gnu"
} else {
    "x86_64-unknown-linux-gnu"
};
