//! The journal's tables and how a file gets to the version that this program knows.

use rusqlite::{Connection, TransactionBehavior};

use super::error::JournalError;

/// Marks the file as a journal of Runtray's.
const APPLICATION_ID: i64 = 0x5275_6e74;

/// From each version to the next; the first makes the tables. What has been released is never changed.
const MIGRATIONS: &[&str] = &[FIRST];

/// `content` is apart from `execution` so that lists never read long texts; `search` holds only the index over it.
const FIRST: &str = "
    CREATE TABLE execution (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        started_ms INTEGER NOT NULL,
        language TEXT NOT NULL,
        runtime TEXT NOT NULL,
        origin TEXT NOT NULL,
        status TEXT NOT NULL,
        first_line TEXT NOT NULL,
        exit_code INTEGER,
        signal TEXT,
        duration_ms REAL,
        cpu_ms REAL,
        peak_memory_bytes INTEGER,
        isolation TEXT,
        code_truncated INTEGER NOT NULL,
        output_truncated INTEGER NOT NULL DEFAULT 0,
        error_truncated INTEGER NOT NULL DEFAULT 0,
        text_bytes INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX execution_by_status ON execution (status, id);
    CREATE INDEX execution_by_language ON execution (language, id);
    CREATE INDEX execution_by_origin ON execution (origin, id);
    CREATE TABLE content (
        seq INTEGER PRIMARY KEY,
        code TEXT NOT NULL,
        output TEXT NOT NULL DEFAULT '',
        error TEXT NOT NULL DEFAULT ''
    ) STRICT;
    CREATE VIRTUAL TABLE search USING fts5 (
        code, output, error, content = 'content', content_rowid = 'seq', columnsize = 0
    );
    CREATE TRIGGER execution_deleted AFTER DELETE ON execution BEGIN
        DELETE FROM content WHERE seq = old.seq;
    END;
    CREATE TRIGGER content_inserted AFTER INSERT ON content BEGIN
        INSERT INTO search (rowid, code, output, error) VALUES (new.seq, new.code, new.output, new.error);
    END;
    CREATE TRIGGER content_updated AFTER UPDATE ON content BEGIN
        INSERT INTO search (search, rowid, code, output, error) VALUES ('delete', old.seq, old.code, old.output, old.error);
        INSERT INTO search (rowid, code, output, error) VALUES (new.seq, new.code, new.output, new.error);
    END;
    CREATE TRIGGER content_deleted AFTER DELETE ON content BEGIN
        INSERT INTO search (search, rowid, code, output, error) VALUES ('delete', old.seq, old.code, old.output, old.error);
    END;
";

/// The version of a file.
///
/// # Errors
/// It is no journal, or one of a newer Runtray.
pub(super) fn version(connection: &Connection) -> Result<usize, JournalError> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let found = usize::try_from(number("user_version")?).map_err(|_| JournalError::NotAJournal)?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let ours = number("application_id")? == APPLICATION_ID;
    match found {
        0 if tables == 0 => Ok(0),
        1.. if found > MIGRATIONS.len() && ours => Err(JournalError::Newer { found, known: MIGRATIONS.len() }),
        1.. if ours && tables > 0 => Ok(found),
        _ => Err(JournalError::NotAJournal),
    }
}

/// Brings a file to the last version, in one transaction.
///
/// # Errors
/// Those of [`version`], and the file cannot be written.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), JournalError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let from = version(&transaction)?;
    for (migration, version) in MIGRATIONS.iter().zip(1_i64..).skip(from) {
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::{MIGRATIONS, migrate, version};
    use crate::journal::JournalError;

    fn empty() -> Connection {
        Connection::open_in_memory().expect("a database")
    }

    #[test]
    fn an_empty_file_becomes_a_journal_once() {
        let mut connection = empty();
        for _ in 0..2 {
            migrate(&mut connection).expect("tables");
            assert_eq!(version(&connection).expect("a version"), MIGRATIONS.len());
        }
    }

    #[test]
    fn a_newer_journal_is_told_from_another_program_s_database() {
        let mut newer = empty();
        migrate(&mut newer).expect("tables");
        newer.pragma_update(None, "user_version", 99).expect("set");
        assert!(matches!(version(&newer), Err(JournalError::Newer { found: 99, .. })));
        for sql in ["CREATE TABLE t (x)", "CREATE TABLE t (x); PRAGMA user_version = 1", "PRAGMA user_version = -1"] {
            let other = empty();
            other.execute_batch(sql).expect(sql);
            assert!(matches!(version(&other), Err(JournalError::NotAJournal)), "{sql}");
        }
    }
}
