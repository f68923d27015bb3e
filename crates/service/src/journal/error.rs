//! What can go wrong with the journal's file.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// The journal cannot be read or cleared.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no journal: the settings switch it off.
    #[error("the journal is switched off")]
    Disabled,
    /// There is no file yet.
    #[error("nothing has been written down yet: {} is not there", .0.display())]
    Missing(PathBuf),
    /// The file is of a later version of Runtray.
    #[error(
        "the journal is of a newer Runtray (its version is {found}, this one knows {known}); update Runtray or move the file away"
    )]
    Newer {
        /// The file's version.
        found: usize,
        /// The last version that this program knows.
        known: usize,
    },
    /// The file is something else, or damaged.
    #[error("the file is no journal, or it is damaged")]
    NotAJournal,
    /// The writing thread is gone.
    #[error("the journal was closed")]
    Closed,
    /// What SQLite said.
    #[error("the journal's file cannot be used: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// What the system said.
    #[error("the journal's folder cannot be used: {0}")]
    Io(#[from] io::Error),
}

impl From<rusqlite::Error> for JournalError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::NotAJournal,
            _ => Self::Sqlite(error),
        }
    }
}

impl JournalError {
    /// What happened to `file` and what to do, for people.
    pub(super) fn reason(&self, file: &Path) -> String {
        let code = match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            _ => None,
        };
        let next = match code {
            Some(ErrorCode::DiskFull) => "the disk is full; free some space",
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                "it cannot be opened for writing; check that the folder is there and yours"
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "another program keeps it locked",
            _ => return format!("{}: {self}", file.display()),
        };
        format!("{}: {next} ({self})", file.display())
    }
}
