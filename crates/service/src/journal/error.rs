//! What can go wrong with the journal's file.

use std::io;
use std::path::{Path, PathBuf};

use runtray_engine::said::Said;
use rusqlite::ErrorCode;

use crate::sentences as s;

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
    /// It in words.
    pub fn said(&self) -> Said {
        match self {
            Self::Disabled => s::JOURNAL_DISABLED.said(),
            Self::Missing(path) => s::JOURNAL_MISSING.with("path", path.display()),
            Self::Newer { found, known } => s::JOURNAL_NEWER.with("found", *found).with("known", *known),
            Self::NotAJournal => s::JOURNAL_BROKEN.said(),
            Self::Closed => s::JOURNAL_CLOSED.said(),
            Self::Sqlite(error) => s::JOURNAL_SQLITE.with("error", error.to_string()),
            Self::Io(error) => s::JOURNAL_IO.with("cause", error),
        }
    }

    /// What happened to `file` and what to do, for people.
    pub(super) fn reason(&self, file: &Path) -> Said {
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
        sentence.with("path", file.display()).with("cause", self.said())
    }
}
