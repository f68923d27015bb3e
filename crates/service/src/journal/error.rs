//! Errors of the journal.

use std::io;
use std::path::{Path, PathBuf};

use runtray_engine::message::LocalizedMessage;
use rusqlite::ErrorCode;

use crate::sentences as s;

/// Why the journal cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The settings switch the journal off.
    #[error("the journal is switched off")]
    Disabled,
    /// There is no file yet.
    #[error("no journal exists yet: {} is not there", .0.display())]
    Missing(PathBuf),
    /// A later version of Runtray wrote the file.
    #[error(
        "the journal is of a newer Runtray (its version is {found}, this one knows {known}); update Runtray or move the file away"
    )]
    Newer {
        /// The file's version.
        found: usize,
        /// The last version that this program knows.
        known: usize,
    },
    /// The file is not a journal, or it is damaged.
    #[error("the file is no journal, or it is damaged")]
    NotAJournal,
    /// The writing thread is gone.
    #[error("the journal was closed")]
    Closed,
    /// An error of SQLite.
    #[error("the journal's file cannot be used: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// An error of the system.
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
    /// The error as a translatable sentence.
    pub fn message(&self) -> LocalizedMessage {
        match self {
            Self::Disabled => s::JOURNAL_DISABLED.message(),
            Self::Missing(path) => s::JOURNAL_MISSING.with("path", path.display()),
            Self::Newer { found, known } => s::JOURNAL_NEWER.with("found", *found).with("known", *known),
            Self::NotAJournal => s::JOURNAL_BROKEN.message(),
            Self::Closed => s::JOURNAL_CLOSED.message(),
            Self::Sqlite(error) => s::JOURNAL_SQLITE.with("error", error.to_string()),
            Self::Io(error) => s::JOURNAL_IO.with("cause", error),
        }
    }

    /// Whether another program holds the file's lock.
    pub(super) fn is_busy(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    }

    /// The problem with `file` and its remedy, for people.
    pub(super) fn reason(&self, file: &Path) -> LocalizedMessage {
        let code = match self {
            Self::Sqlite(error) => error.sqlite_error_code(),
            _ => None,
        };
        let sentence = match code {
            Some(ErrorCode::DiskFull) => s::JOURNAL_FULL,
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => s::JOURNAL_LOCKED_UP,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => s::JOURNAL_BUSY,
            _ => s::JOURNAL_OF,
        };
        sentence.with("path", file.display()).with("cause", self.message())
    }
}
