//! `settings.toml` on disk: made, and changed without ever being destroyed.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::NamedTempFile;
use toml_edit::DocumentMut;

use super::load::contents;
use super::{Loaded, template};
use crate::places;

/// Why the settings could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The file is there and cannot be read.
    #[error("could not read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file could not be replaced; it is as it was.
    #[error("could not write {}: {source}; it is as it was", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file that does not parse could not be copied aside, so it was left alone.
    #[error("{} is broken and could not be kept aside: {source}; it is as it was", path.display())]
    KeepAside {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Writes a commented file with every key, unless there is one; makes its folder. `true` when it was written.
///
/// # Errors
/// The folder or the file cannot be made.
pub fn create_if_missing(path: &Path) -> io::Result<bool> {
    if fs::symlink_metadata(path).is_ok() {
        return Ok(false);
    }
    match temporary(path, &template::text())?.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Changes the file, keeps its comments and replaces it in one step; returns what it then says.
///
/// A file that does not parse is copied to `settings.broken-<time>.toml` first, and a new one begun. A file that is a
/// symbolic link is changed where it lies.
///
/// # Errors
/// The file cannot be read, kept aside or replaced. It is then as it was.
pub fn edit(path: &Path, change: impl FnOnce(&mut DocumentMut)) -> Result<Loaded, EditError> {
    edit_if(path, |document| {
        change(document);
        Ok(())
    })
}

/// [`edit`] with a change that may be refused; the file is then as it was.
pub(super) fn edit_if<E: From<EditError>>(
    path: &Path,
    change: impl FnOnce(&mut DocumentMut) -> Result<(), E>,
) -> Result<Loaded, E> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock();
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut document = editable(path)?;
    change(&mut document)?;
    let text = document.to_string();
    replace(path, &text).map_err(|source| EditError::Write { path: path.clone(), source })?;
    Ok(Loaded::from_text(&text))
}

fn editable(path: &Path) -> Result<DocumentMut, EditError> {
    let bytes = match contents(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => template::text().into_bytes(),
        Err(source) => return Err(EditError::Read { path: path.to_owned(), source }),
    };
    if let Some(document) = str::from_utf8(&bytes).ok().and_then(|text| text.parse().ok()) {
        return Ok(document);
    }
    let aside = places::aside(path);
    fs::copy(path, &aside).map_err(|source| EditError::KeepAside { path: path.to_owned(), source })?;
    tracing::warn!(kept_aside = %aside.display(), "the settings file does not parse; a new one is begun");
    Ok(template::text().parse().unwrap_or_default())
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = temporary(path, text)?;
    if let Ok(old) = fs::metadata(path) {
        if old.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        new.as_file().set_permissions(old.permissions())?;
    }
    new.persist(path)?;
    Ok(())
}

fn temporary(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::with_prefix_in(".settings-", folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}
