//! The file with the access that was given, so that all of it can be taken away again.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use runtray_engine::private;
use serde::{Deserialize, Serialize};

/// The access to one folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Given {
    /// The folder.
    pub(super) path: PathBuf,
    /// The capability that has the access.
    pub(super) capability: String,
    /// Whether all files in the folder were reached.
    pub(super) complete: bool,
}

/// All access that was given, as in its file.
#[derive(Debug)]
pub(super) struct Record {
    file: PathBuf,
    given: Vec<Given>,
}

impl Record {
    /// Reads the file; without one nothing was given.
    ///
    /// # Errors
    /// The file cannot be read, or is damaged.
    pub(super) fn open(file: &Path) -> Result<Self> {
        let given = match fs::read(file) {
            Ok(text) => serde_json::from_slice(&text).with_context(|| {
                format!("{} is damaged. Delete it, and run `runtray sandbox grant` and `revoke` again", file.display())
            })?,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
        };
        Ok(Self { file: file.to_path_buf(), given })
    }

    /// Whether an access was begun to be given and not completed.
    pub(super) fn is_unfinished(&self, capability: &str) -> bool {
        self.given.iter().any(|given| given.capability == capability && !given.complete)
    }

    /// Notes an access, before it is given and when it is complete.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn note(&mut self, given: Given) -> Result<()> {
        self.given.retain(|old| old.capability != given.capability);
        self.given.push(given);
        self.save()
    }

    /// Removes each access for which `is_gone` holds, and returns their number. An empty record has no file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn forget(&mut self, mut is_gone: impl FnMut(&Given) -> bool) -> Result<usize> {
        let before = self.given.len();
        self.given.retain(|given| !is_gone(given));
        self.save()?;
        Ok(before - self.given.len())
    }

    fn save(&self) -> Result<()> {
        let written = if self.given.is_empty() { self.remove() } else { self.write() };
        written.with_context(|| format!("cannot write {}", self.file.display()))
    }

    fn remove(&self) -> io::Result<()> {
        fs::remove_file(&self.file)
            .or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
    }

    /// Writes a file beside it first, so that it is never half a file.
    fn write(&self) -> io::Result<()> {
        self.file.parent().map_or(Ok(()), private::folder)?;
        let unfinished = self.file.with_extension("unfinished");
        private::create(&unfinished)?.write_all(&serde_json::to_vec(&self.given)?)?;
        fs::rename(unfinished, &self.file)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Given, Record};

    fn given(path: &str, complete: bool) -> Given {
        Given { path: path.into(), capability: format!("runtrayRead {path}"), complete }
    }

    #[test]
    fn what_was_noted_is_there_after_a_restart_until_it_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("data/sandbox-access.json");
        let mut record = Record::open(&file).expect("nothing yet");
        assert_eq!(record.forget(|_| true).expect("nothing to write"), 0);
        record.note(given("/py", false)).expect("written");
        record.note(given("/data", true)).expect("written");
        let mut record = Record::open(&file).expect("a record");
        assert!(record.is_unfinished("runtrayRead /py") && !record.is_unfinished("runtrayRead /data"));
        record.note(given("/py", true)).expect("written");
        assert_eq!(Record::open(&file).expect("a record").given, [given("/data", true), given("/py", true)]);
        assert_eq!(record.forget(|given| given.path == Path::new("/py")).expect("written"), 1);
        assert_eq!(Record::open(&file).expect("a record").given, [given("/data", true)]);
        assert_eq!(record.forget(|_| true).expect("written"), 1);
        assert!(!file.exists());
    }

    #[test]
    fn a_damaged_record_says_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("sandbox-access.json");
        fs::write(&file, "{").expect("a file");
        let error = Record::open(&file).expect_err("damaged").to_string();
        assert!(error.contains("Delete it"), "{error}");
    }
}
