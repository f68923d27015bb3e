//! Retention: deletes the oldest executions when they are too old or the file is too large.

use rusqlite::Connection;
use time::OffsetDateTime;

use super::database::{Database, drop_deleted_words};
use super::error::JournalError;
use super::record::RUNNING;
use crate::settings::JournalSettings;

/// The size of an execution besides its texts, in bytes; a rough average.
const ROW_BYTES: i64 = 1024;
/// The most passes. A file that is still too large is treated again next time.
const PASSES: usize = 8;

/// Deletes the executions that are too old at `now`, then the oldest until the file is small enough; returns their number.
/// Running executions stay.
///
/// # Errors
/// The file cannot be written.
pub(super) fn retain(
    database: &mut Database,
    settings: &JournalSettings,
    now: OffsetDateTime,
) -> Result<u64, JournalError> {
    let mut deleted = delete_older(database, settings, now)?;
    for _ in 0..PASSES {
        let excess = excess(&database.connection, settings.max_bytes)?;
        if excess <= 0.0 {
            break;
        }
        // The share to delete is an estimate from the file's size, hence several passes.
        match delete_oldest(database, excess)? {
            0 => break,
            count => deleted += count,
        }
    }
    if deleted > 0 {
        database.shrink()?;
    }
    Ok(deleted)
}

fn delete_older(database: &mut Database, settings: &JournalSettings, now: OffsetDateTime) -> Result<u64, JournalError> {
    let oldest = now - settings.max_age;
    let first_kept = ulid::Ulid::from_parts(u64::try_from(oldest.unix_timestamp()).unwrap_or(0) * 1000, 0).to_string();
    let transaction = database.begin()?;
    let sql = "DELETE FROM execution WHERE id < ?1 AND status <> ?2";
    let deleted = transaction.execute(sql, [first_kept.as_str(), RUNNING])?;
    if deleted > 0 {
        drop_deleted_words(&transaction)?;
    }
    transaction.commit()?;
    Ok(deleted as u64)
}

/// The part of the file's content, from 0 to 1, that must be deleted so that it fits with a tenth to spare; 0 if it fits.
fn excess(connection: &Connection, max_bytes: u64) -> Result<f64, JournalError> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let used = ((number("page_count")? - number("freelist_count")?) * number("page_size")?) as f64;
    let max = max_bytes as f64;
    Ok(if used <= max { 0.0 } else { (used - 0.9 * max) / used })
}

/// Deletes the oldest executions that together make up `part` of the content; at least one.
fn delete_oldest(database: &mut Database, part: f64) -> Result<u64, JournalError> {
    let transaction = database.begin()?;
    let sql = "DELETE FROM execution WHERE status <> ?1 AND seq IN (
        SELECT seq FROM (
            SELECT seq, sum(text_bytes + ?2) OVER (ORDER BY id) - text_bytes - ?2 AS older FROM execution
        ) WHERE older < ?3 * (SELECT sum(text_bytes + ?2) FROM execution))";
    let deleted = transaction.execute(sql, rusqlite::params![RUNNING, ROW_BYTES, part])?;
    drop_deleted_words(&transaction)?;
    transaction.commit()?;
    Ok(deleted as u64)
}
