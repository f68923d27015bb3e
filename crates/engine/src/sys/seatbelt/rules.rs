//! The text of a profile.

use std::path::Path;

use super::resolved_path::ResolvedPath;

/// The operations on a folder that a program may read. Programs in it may be started.
pub(super) const READ: &str = "file-read* file-test-existence file-map-executable process-exec*";
/// The operations that change a folder. A second name for a file in it would do so too.
pub(super) const CHANGE: &str = "file-write* file-link file-clone file-ioctl";
/// The operations that look at a file without reading it.
pub(super) const LOOK: &str = "file-read-metadata file-test-existence";

/// A profile in the making.
pub(super) struct Rules(String);

impl Rules {
    /// Denies everything.
    pub(super) fn begin() -> Self {
        Self("(version 1)\n(deny default)\n".to_owned())
    }

    /// Adds a rule.
    pub(super) fn line(&mut self, rule: &str) {
        self.0.push_str(rule);
        self.0.push('\n');
    }

    /// Allows `operations` where `path` leads, and to look at the links and folders on the way there.
    pub(super) fn allow(&mut self, operations: &[&str], path: &ResolvedPath) {
        // The text of a profile is Unicode, as is every path of macOS.
        if path.target.to_str().is_none() {
            return;
        }
        let links = path.links.iter().map(|link| link.as_path());
        let ends = links.clone().chain([path.target.as_path()]);
        let above = ends.flat_map(|end| end.ancestors().skip(1));
        let mut looked: Vec<&Path> = links.chain(above).filter(|path| path.to_str().is_some()).collect();
        looked.sort();
        looked.dedup();
        if !looked.is_empty() {
            let looked: Vec<String> = looked.into_iter().map(literal).collect();
            self.line(&format!("(allow {LOOK} {})", looked.join(" ")));
        }
        self.line(&format!("(allow {} {})", operations.join(" "), subpath(&path.target)));
    }

    /// The profile.
    pub(super) fn end(self) -> String {
        self.0
    }
}

/// The filter for a file, or for a folder without its content.
pub(super) fn literal(path: &Path) -> String {
    format!("(literal {})", quoted(path))
}

/// The filter for a file or folder with everything in it.
pub(super) fn subpath(path: &Path) -> String {
    format!("(subpath {})", quoted(path))
}

/// A path as a text of the profile's language, which is Scheme. Nothing in it ends the text early.
fn quoted(path: &Path) -> String {
    let mut text = String::from("\"");
    for character in path.to_string_lossy().chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}
