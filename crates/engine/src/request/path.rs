//! Paths inside a run's folder, safe on every platform.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::text::excerpt::excerpt;

const LONGEST_BYTES: usize = 1024;
const LONGEST_NAME_BYTES: usize = 255;

/// A relative path, with `/` between its names, that stays below the folder it is joined to, on Windows too.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelativePath(String);

impl RelativePath {
    /// Parses a client's path; `\` separates like `/`.
    ///
    /// # Errors
    /// A phrase that names the mistake: the path is empty, absolute or too long, or contains `..`, a drive, a UNC share, a
    /// control character, or a character or name that Windows reserves.
    pub fn parse(written: &str) -> Result<Self, String> {
        let path = written.replace('\\', "/");
        if path.is_empty() {
            return Err("must not be empty".into());
        }
        if path.len() > LONGEST_BYTES {
            return Err(format!("must not be longer than {LONGEST_BYTES} bytes"));
        }
        if path.starts_with('/') {
            return Err("must be relative to the run's folder, not absolute".into());
        }
        let names: Vec<&str> = path.split('/').filter(|name| *name != ".").collect();
        if names.is_empty() {
            return Err("must name a file".into());
        }
        names.iter().try_for_each(|name| check_name(name))?;
        Ok(Self(names.join("/")))
    }

    /// The path with `/` between its names.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path below `folder`.
    pub fn below(&self, folder: &Path) -> PathBuf {
        self.0.split('/').fold(folder.to_path_buf(), |path, name| path.join(name))
    }

    /// The form in which paths are compared: two names that Windows or macOS treat as one are equal.
    pub(crate) fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for RelativePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("must not hold an empty name (two separators in a row, or one at the end)".into());
    }
    if name == ".." {
        return Err("must not hold `..`".into());
    }
    if name.len() > LONGEST_NAME_BYTES {
        return Err(format!("must not hold a name longer than {LONGEST_NAME_BYTES} bytes"));
    }
    if let Some(bad) = name.chars().find(|c| c.is_control() || r#"<>:"|?*"#.contains(*c)) {
        return Err(format!("must not hold {bad:?}, which Windows does not allow in a name"));
    }
    if name.ends_with('.') || name.ends_with(' ') {
        return Err("must not hold a name that ends with a dot or a space, which Windows drops".into());
    }
    if is_reserved(name) {
        return Err(format!("must not hold `{}`, a device's name on Windows", excerpt(name)));
    }
    Ok(())
}

/// Windows device names, with or without an extension (Microsoft: "Naming Files, Paths, and Namespaces").
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let Some(number) = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT")) else { return false };
    let mut characters = number.chars();
    matches!((characters.next(), characters.next()), (Some('1'..='9' | '¹' | '²' | '³'), None))
}

#[cfg(test)]
pub(crate) mod properties;

#[cfg(test)]
mod tests {
    use super::RelativePath;

    #[test]
    fn paths_inside_the_folder_are_taken() {
        for (written, expected) in [
            ("a.txt", "a.txt"),
            ("a/b.txt", "a/b.txt"),
            (r"a\b.txt", "a/b.txt"),
            ("./a", "a"),
            ("ünï/😀.txt", "ünï/😀.txt"),
            ("com10.txt", "com10.txt"),
            ("console.log", "console.log"),
        ] {
            assert_eq!(RelativePath::parse(written).expect(written).as_str(), expected);
        }
    }

    #[test]
    fn paths_that_escape_or_that_windows_reserves_are_refused() {
        for written in [
            "",
            ".",
            "..",
            "../a",
            "a/../../b",
            "a/..",
            "/etc/passwd",
            r"\windows",
            r"\\host\share\a",
            "//host/share",
            "C:\\a",
            "c:a",
            "a:stream",
            "a\0b",
            "nul",
            "NUL.txt",
            "com1",
            "LPT9.log",
            "a/CON/b",
            "a.",
            "a ",
            "a//b",
            "a/",
            "a\nb",
            "what?",
            "COM¹",
        ] {
            assert!(RelativePath::parse(written).is_err(), "{written:?} was taken");
        }
        assert!(RelativePath::parse(&"a".repeat(300)).is_err());
        assert!(RelativePath::parse(&"a/".repeat(600)).is_err());
    }
}
