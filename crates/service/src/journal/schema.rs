//! The journal's tables, and the migrations to the version of this program.

use rusqlite::{Connection, TransactionBehavior};

use super::error::JournalError;

/// Marks a SQLite file as a journal of Runtray.
const APPLICATION_ID: i64 = 0x5275_6e74;

/// The migrations from each version to the next; the first creates the tables. A released one is never changed.
const MIGRATIONS: &[&str] = &[FIRST, GIVEN, CONTAINMENT, NETWORK];

/// `content` is a table of its own, so that lists never read long texts; `search` holds only the index over it.
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

/// The input of programs as JSON; older executions have none. It is not searched.
const GIVEN: &str = "
    CREATE TABLE given (
        seq INTEGER PRIMARY KEY,
        given TEXT NOT NULL
    ) STRICT;
    DROP TRIGGER execution_deleted;
    CREATE TRIGGER execution_deleted AFTER DELETE ON execution BEGIN
        DELETE FROM content WHERE seq = old.seq;
        DELETE FROM given WHERE seq = old.seq;
    END;
";

/// How the process tree of an execution was held together; older executions do not have it.
const CONTAINMENT: &str = "ALTER TABLE execution ADD COLUMN containment TEXT";

/// Whether an execution had a network; older executions do not have it.
const NETWORK: &str = "ALTER TABLE execution ADD COLUMN network INTEGER";

/// The version of a file.
///
/// # Errors
/// The file is not a journal, or a newer Runtray wrote it.
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

/// Migrates a file to the latest version, in one transaction.
///
/// # Errors
/// The errors of [`version`], or the file cannot be written.
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
    fn a_journal_of_the_first_version_keeps_its_executions() {
        let mut old = empty();
        old.execute_batch(MIGRATIONS[0]).expect("tables");
        old.pragma_update(None, "application_id", super::APPLICATION_ID).expect("set");
        old.pragma_update(None, "user_version", 1).expect("set");
        let insert = "INSERT INTO execution (id, started_ms, language, runtime, origin, status, first_line, code_truncated, text_bytes)
            VALUES ('01J', 0, 'python', 'CPython', 'local', 'failed', 'x', 0, 1);
            INSERT INTO content (seq, code) VALUES (1, 'x')";
        old.execute_batch(insert).expect("an execution");
        migrate(&mut old).expect("the new tables");
        let count = |table: &str| {
            old.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).expect("a count")
        };
        assert_eq!((version(&old).expect("a version"), count("execution"), count("given")), (MIGRATIONS.len(), 1, 0));
        old.execute_batch("INSERT INTO given VALUES (1, '{}'); DELETE FROM execution").expect("deleted");
        assert_eq!((count("content"), count("given")), (0, 0));
    }

    #[test]
    fn a_newer_journal_differs_from_another_program_s_database() {
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
