//! The journal file, opened for writing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use runtray_engine::private;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, named_params, params, params_from_iter};
use time::OffsetDateTime;

use super::error::JournalError;
use super::query::selected;
use super::queue::Entry;
use super::record::{Begun, Ended, LOST, RUNNING, Selection, first_line};
use super::schema;
use crate::platform::paths;

/// How long to wait for another program's write lock.
pub(super) const BUSY: Duration = Duration::from_secs(5);
/// The size to which the write-ahead log is truncated, in bytes.
const LOG_BYTES: i64 = 16 << 20;

/// An open journal.
pub(super) struct Database {
    pub(super) connection: Connection,
}

impl Database {
    /// Opens the file, which is created if missing, and makes it private to the user.
    ///
    /// # Errors
    /// The file cannot be opened for writing, is no journal, or was written by a newer Runtray.
    pub(super) fn open(file: &Path) -> Result<Self, JournalError> {
        make_private(file)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(BUSY)?;
        // This can only be set while the file has no tables.
        if schema::version(&connection)? == 0 {
            connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        }
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // Deleted rows must not stay readable in the file: programs and their output hold secrets.
        connection.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
        connection.pragma_update_and_check(None, "journal_size_limit", LOG_BYTES, |_| Ok(()))?;
        schema::migrate(&mut connection)?;
        Ok(Self { connection })
    }

    /// Writes all entries or none.
    pub(super) fn write(&mut self, entries: &[Entry]) -> Result<(), JournalError> {
        let transaction = self.begin()?;
        for entry in entries {
            match entry {
                Entry::Begun { begun, code_truncated } => insert(&transaction, begun, *code_truncated)?,
                Entry::Ended(ended) => update(&transaction, ended)?,
            }
        }
        Ok(transaction.commit()?)
    }

    /// Marks the unfinished executions of a service that is gone; returns their number.
    pub(super) fn mark_lost(&mut self) -> Result<usize, JournalError> {
        Ok(self.connection.execute("UPDATE execution SET status = ?1 WHERE status = ?2", [LOST, RUNNING])?)
    }

    /// Marks those executions of `ids` whose end has not been recorded.
    pub(super) fn mark_lost_of(&mut self, ids: &[String]) -> Result<(), JournalError> {
        let transaction = self.begin()?;
        for id in ids {
            let sql = "UPDATE execution SET status = ?1 WHERE status = ?2 AND id = ?3";
            transaction.prepare_cached(sql)?.execute([LOST, RUNNING, id.as_str()])?;
        }
        Ok(transaction.commit()?)
    }

    /// Deletes the selected executions; returns their number.
    ///
    /// If these are most of the journal, the search index is rebuilt from the remaining rows. Deleting from the index row by row
    /// would take as long as writing the rows did.
    pub(super) fn delete(&mut self, selection: &Selection) -> Result<u64, JournalError> {
        let transaction = self.begin()?;
        let all: i64 = transaction.query_row("SELECT count(*) FROM execution", [], |row| row.get(0))?;
        // The rows are collected first, because deleting changes the index that the search reads.
        let query = selected("seq", selection);
        transaction
            .execute_batch("CREATE TEMP TABLE IF NOT EXISTS doomed (seq INTEGER PRIMARY KEY); DELETE FROM doomed")?;
        let find = format!("INSERT INTO doomed {}", query.sql);
        let found = transaction.execute(&find, params_from_iter(&query.values))?;
        // A rebuild takes time for each remaining row, a deletion for each deleted row.
        let rebuild = found as i64 > all / 2;
        if rebuild {
            delete_and_rebuild(&transaction)?;
        } else {
            transaction.execute_batch(DELETE_DOOMED)?;
            drop_deleted_words(&transaction)?;
        }
        transaction.execute_batch("DELETE FROM doomed")?;
        transaction.commit()?;
        self.shrink()?;
        Ok(found as u64)
    }

    /// Returns free pages to the file system.
    pub(super) fn shrink(&self) -> Result<(), JournalError> {
        for pragma in ["PRAGMA incremental_vacuum", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            let mut statement = self.connection.prepare(pragma)?;
            let mut rows = statement.query([])?;
            while rows.next()?.is_some() {}
        }
        Ok(())
    }

    pub(super) fn begin(&mut self) -> Result<Transaction<'_>, JournalError> {
        Ok(self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    }
}

const DELETE_DOOMED: &str = "DELETE FROM execution WHERE seq IN (SELECT seq FROM doomed)";

/// Merges the search index. Deleting a row only marks its words there, so they would stay readable in the file, and in its way.
pub(super) fn drop_deleted_words(transaction: &Transaction<'_>) -> Result<(), JournalError> {
    Ok(transaction.execute_batch("INSERT INTO search (search) VALUES ('optimize')")?)
}

/// Deletes without the trigger that updates the index, and then rebuilds the index.
fn delete_and_rebuild(transaction: &Transaction<'_>) -> Result<(), JournalError> {
    let find_trigger = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = 'content_deleted'";
    let trigger: String = transaction.query_row(find_trigger, [], |row| row.get(0))?;
    transaction.execute_batch("DROP TRIGGER content_deleted")?;
    transaction.execute_batch(DELETE_DOOMED)?;
    transaction.execute_batch("INSERT INTO search (search) VALUES ('rebuild')")?;
    Ok(transaction.execute_batch(&trigger)?)
}

fn insert(transaction: &Transaction<'_>, begun: &Begun, code_truncated: bool) -> Result<(), JournalError> {
    let sql = "INSERT OR IGNORE INTO execution
        (id, started_ms, language, runtime, origin, status, first_line, code_truncated, text_bytes)
        VALUES (:id, :started_ms, :language, :runtime, :origin, :status, :first_line, :code_truncated, :text_bytes)";
    let inserted = transaction.prepare_cached(sql)?.execute(named_params! {
        ":id": begun.id,
        ":started_ms": milliseconds(begun.started_at),
        ":language": begun.language,
        ":runtime": begun.runtime,
        ":origin": begun.origin,
        ":status": RUNNING,
        ":first_line": first_line(&begun.code),
        ":code_truncated": code_truncated,
        ":text_bytes": bytes(begun.bytes()),
    })?;
    // An entry that is written again after a failure exists already; its content must not be doubled.
    if inserted == 1 {
        let seq = transaction.last_insert_rowid();
        transaction
            .prepare_cached("INSERT INTO content (seq, code) VALUES (?1, ?2)")?
            .execute(params![seq, begun.code])?;
        if let Some(given) = &begun.given {
            let json = serde_json::to_string(given).map_err(io::Error::from)?;
            transaction
                .prepare_cached("INSERT INTO given (seq, given) VALUES (?1, ?2)")?
                .execute(params![seq, json])?;
        }
    }
    Ok(())
}

fn update(transaction: &Transaction<'_>, ended: &Ended) -> Result<(), JournalError> {
    let sql = "UPDATE execution SET status = :status, exit_code = :exit_code, signal = :signal,
        duration_ms = :duration_ms, cpu_ms = :cpu_ms, peak_memory_bytes = :peak_memory_bytes, isolation = :isolation,
        containment = :containment, network = :network, output_truncated = :output_truncated, error_truncated = :error_truncated, text_bytes = text_bytes + :text_bytes
        WHERE id = :id AND duration_ms IS NULL";
    let updated = transaction.prepare_cached(sql)?.execute(named_params! {
        ":id": ended.id,
        ":status": ended.status,
        ":exit_code": ended.exit_code,
        ":signal": ended.signal,
        ":duration_ms": ended.duration_ms,
        ":cpu_ms": ended.cpu_ms,
        ":peak_memory_bytes": i64::try_from(ended.peak_memory_bytes).unwrap_or(i64::MAX),
        ":isolation": ended.isolation,
        ":containment": ended.containment,
        ":network": ended.network,
        ":output_truncated": ended.output_truncated,
        ":error_truncated": ended.error_truncated,
        ":text_bytes": bytes(ended.output.len() + ended.error.len()),
    })?;
    // Text goes to a table of its own, so that lists read short rows only.
    if updated == 1 {
        let sql = "UPDATE content SET output = ?2, error = ?3 WHERE seq = (SELECT seq FROM execution WHERE id = ?1)";
        transaction.prepare_cached(sql)?.execute([&ended.id, &ended.output, &ended.error])?;
    }
    Ok(())
}

fn milliseconds(time: OffsetDateTime) -> i64 {
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

fn bytes(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// Makes the file and its side files private. SQLite gives side files that it creates the permissions of the file itself;
/// existing ones keep theirs.
fn make_private(file: &Path) -> io::Result<()> {
    private::folder(file.parent().ok_or(io::ErrorKind::InvalidInput)?)?;
    private::ensure(file)?;
    ["-wal", "-shm", "-journal"].iter().try_for_each(|side| private::keep(&with_suffix(file, side)))
}

/// Moves a file that is no journal aside, with SQLite's side files; returns its new path.
///
/// # Errors
/// The file cannot be renamed, for example because another program has it open (Windows).
pub(super) fn keep_aside(file: &Path) -> io::Result<PathBuf> {
    let aside = paths::aside(file);
    fs::rename(file, &aside)?;
    for side in ["-wal", "-shm"] {
        match fs::rename(with_suffix(file, side), with_suffix(&aside, side)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
