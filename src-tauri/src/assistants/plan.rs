//! A change of a settings file: its lines for the user, and the writing of the file.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};
use similar::{ChangeTag, TextDiff};
use tempfile::NamedTempFile;

use super::lines::completed;

/// How many unchanged lines are shown around changed ones.
const AROUND: usize = 3;

/// A change that was not made yet.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) file: PathBuf,
    /// The present text; `None` without a file.
    pub(super) before: Option<String>,
    /// The new text; `None` deletes the file.
    pub(super) after: Option<String>,
    /// The hash of the present text: the plan is carried out only on that text.
    pub(crate) basis: String,
}

/// A line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) kind: LineKind,
    pub(crate) text: String,
}

/// The change of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineKind {
    Same,
    Added,
    Removed,
    /// Lines that stay are left out here.
    Gap,
}

impl Plan {
    pub(super) fn new(file: PathBuf, before: Option<String>, after: Option<String>) -> Self {
        let basis = hash(before.as_deref());
        Self { file, before, after, basis }
    }

    /// Whether the plan creates the file.
    pub(crate) fn makes_file(&self) -> bool {
        self.before.is_none() && self.after.is_some()
    }

    /// The changed lines with some around them.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lines_with(AROUND)
    }

    pub(super) fn lines_with(&self, around: usize) -> Vec<Line> {
        let [before, after] = [&self.before, &self.after].map(|text| completed(text.as_deref().unwrap_or_default()));
        let diff = TextDiff::from_lines(&before, &after);
        let groups = diff.grouped_ops(around);
        let line = |kind, text: &str| Line { kind, text: text.trim_end_matches(['\r', '\n']).to_owned() };
        let mut lines = Vec::new();
        for (index, group) in groups.iter().enumerate() {
            if index > 0 {
                lines.push(line(LineKind::Gap, ""));
            }
            let changes = group.iter().flat_map(|operation| diff.iter_changes(operation));
            lines.extend(changes.map(|change| line(kind(change.tag()), change.value())));
        }
        lines
    }

    /// Writes the file, or deletes it. A link stays one, and the file keeps its permissions.
    pub(super) fn write(&self) -> io::Result<()> {
        let Some(after) = &self.after else { return fs::remove_file(&self.file) };
        let target = match fs::canonicalize(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.file.clone(),
            found => found?,
        };
        let folder = target.parent().ok_or(io::ErrorKind::NotFound)?;
        // Replaced atomically, so that the assistant never reads half of it. A new file is private to its owner.
        let mut new = NamedTempFile::with_prefix_in(".runtray-", folder)?;
        new.write_all(after.as_bytes())?;
        if let Ok(present) = fs::metadata(&target) {
            new.as_file().set_permissions(present.permissions())?;
        }
        new.as_file().sync_all()?;
        new.persist(&target)?;
        Ok(())
    }
}

fn kind(tag: ChangeTag) -> LineKind {
    match tag {
        ChangeTag::Equal => LineKind::Same,
        ChangeTag::Delete => LineKind::Removed,
        ChangeTag::Insert => LineKind::Added,
    }
}

/// The hash of a text; a missing text has a hash of its own.
pub(super) fn hash(text: Option<&str>) -> String {
    text.map_or_else(|| "none".to_owned(), |text| hex::encode(Sha256::digest(text.as_bytes())))
}
