//! `settings.toml` on disk: creating it, and changing it without ever destroying it.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use runtray_engine::message::LocalizedMessage;
use runtray_engine::private;
use tempfile::NamedTempFile;
use toml_edit::Document;

use super::load::{MARK, contents, read_bytes};
use super::model::{Loaded, Problem};
use super::template;
use crate::sentences;

/// Why the file could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The file exists and cannot be read.
    #[error("could not read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The file could not be replaced. It is unchanged.
    #[error("could not write {}: {source}; it is as it was", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// A mistake makes the file ambiguous, so a change could lift a restriction.
    #[error(
        "the settings file {} has a mistake and was not changed; mend it first, at {problem}", path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// The mistake, with its line.
        problem: Box<Problem>,
    },
    /// Another program kept changing the file.
    #[error("{} changes all the time, and was not changed; try again", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
}

impl EditError {
    /// The error as a translatable sentence.
    pub fn message(&self) -> LocalizedMessage {
        match self {
            Self::Read { path, source } => sentences::FILE_READ.with("path", path.display()).with("cause", source),
            Self::Write { path, source } => sentences::FILE_WRITE.with("path", path.display()).with("cause", source),
            Self::Broken { path, problem } => {
                sentences::FILE_BROKEN.with("path", path.display()).with("problem", problem.message())
            }
            Self::Busy { path } => sentences::FILE_BUSY.with("path", path.display()),
        }
    }
}

/// Creates the file with every key commented out, unless it exists, and its folder. Returns whether it was created.
///
/// # Errors
/// The folder or the file cannot be created.
pub fn create_if_missing(path: &Path) -> io::Result<bool> {
    create(path, template::text().as_bytes())
}

/// Like [`create_if_missing`], with these contents.
pub(super) fn create(path: &Path, contents: &[u8]) -> io::Result<bool> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        private::folder(folder)?;
    }
    match temporary(path, contents)?.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// A file as it was written.
#[derive(Debug)]
pub(super) struct Written {
    /// Its contents.
    pub(super) bytes: Vec<u8>,
    /// Its settings.
    pub(super) loaded: Loaded,
}

/// Changes the file's document and replaces the file atomically. `change` returns the new document and its settings. The target
/// of a symbolic link is changed, not the link.
///
/// A file with a mistake that hides its restrictions is left alone. If another program changes the file meanwhile, it is read
/// again. A missing file is written anew from `missing`, its last contents; without them from the template. Calls must come one
/// after another.
///
/// # Errors
/// The file cannot be read, changed or replaced. It is then unchanged.
pub(super) fn edit<E: From<EditError>>(
    path: &Path,
    missing: Option<&[u8]>,
    change: impl Fn(Document<String>) -> Result<(Document<String>, Loaded), E>,
) -> Result<Written, E> {
    for _ in 0..TRIES {
        let old = read(path)?;
        let last = || missing.map_or_else(|| template::text().into_bytes(), <[u8]>::to_vec);
        let text = old.clone().unwrap_or_else(last);
        let (document, loaded) = change(editable(path, &text)?)?;
        // Another program may have saved the file since it was read; then the change starts anew.
        if read(path)? == old {
            let mark = if text.starts_with(MARK.as_bytes()) { MARK } else { "" };
            let new = format!("{mark}{}", document.raw());
            replace(path, &new).map_err(|source| EditError::Write { path: path.to_owned(), source })?;
            return Ok(Written { bytes: new.into_bytes(), loaded });
        }
    }
    Err(EditError::Busy { path: path.to_owned() }.into())
}

/// How often a file that changed meanwhile is read again.
const TRIES: usize = 5;

/// The bytes of the file; `None` if it does not exist.
fn read(path: &Path) -> Result<Option<Vec<u8>>, EditError> {
    match contents(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(EditError::Read { path: path.to_owned(), source }),
    }
}

/// The document of a file, if it may be changed.
fn editable(path: &Path, bytes: &[u8]) -> Result<Document<String>, EditError> {
    let broken = |problem| EditError::Broken { path: path.to_owned(), problem: Box::new(problem) };
    read_bytes(path, bytes).editable().map_err(broken)
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.exists()) {
        private::folder(folder)?;
    }
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let new = temporary(path, text.as_bytes())?;
    if let Ok(old) = fs::metadata(path) {
        if old.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        // The target of a link keeps its permissions; our own file is private to its owner.
        if is_link {
            new.as_file().set_permissions(old.permissions())?;
        }
    }
    new.persist(path)?;
    Ok(())
}

/// A private file beside `path`.
fn temporary(path: &Path, contents: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut file = NamedTempFile::with_prefix_in(".settings-", folder)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    Ok(file)
}
