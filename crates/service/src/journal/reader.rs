//! Reading the journal over a read-only connection.

use std::path::Path;
use std::time::Duration;

use runtray_wire::{Execution, ExecutionSummary, ExecutionsPage};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, params_from_iter};
use time::OffsetDateTime;

use super::error::JournalError;
use super::query::{of_one, query};
use super::record::{Filter, RUNNING};
use super::schema;

const SUMMARY: &str =
    "id, started_ms, language, runtime, status, duration_ms, origin, exit_code, isolation, first_line";

const RECORD: &str = "SELECT id, started_ms, language, runtime, origin, status, exit_code, signal, duration_ms, cpu_ms,
    peak_memory_bytes, isolation, containment, network, code, code_truncated, given, output, output_truncated, error, error_truncated
    FROM execution JOIN content USING (seq) LEFT JOIN given USING (seq) WHERE id = ?1";

/// An execution's position in the order of recording. Ids are in the order of requests, and an execution that waited in the
/// queue is recorded after later ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Counts up from 1; starts anew after the journal was cleared.
    pub number: i64,
    /// The execution's id.
    pub id: String,
}

/// Reads a journal, whether or not a service writes it at the same time.
pub struct Reader {
    pub(super) connection: Connection,
    seen: i64,
}

impl Reader {
    /// Opens a journal.
    ///
    /// # Errors
    /// The file is missing or is not a journal, a newer Runtray wrote it, or it cannot be opened.
    pub fn open(file: &Path) -> Result<Self, JournalError> {
        if !file.exists() {
            return Err(JournalError::Missing(file.to_owned()));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        if schema::version(&connection)? == 0 {
            return Err(JournalError::Missing(file.to_owned()));
        }
        let seen = data_version(&connection)?;
        Ok(Self { connection, seen })
    }

    /// A page of executions, newest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn page(&self, filter: &Filter) -> Result<ExecutionsPage, JournalError> {
        let query = query(SUMMARY, filter);
        let mut statement = self.connection.prepare_cached(&query.sql)?;
        let rows = statement.query_map(params_from_iter(&query.values), summary)?;
        let mut items = rows.collect::<Result<Vec<_>, _>>()?;
        // The query asks for one row more than the page has.
        let is_last = items.len() <= query.limit;
        items.truncate(query.limit);
        let next = items.last().filter(|_| !is_last).map(|item| item.id.clone());
        Ok(ExecutionsPage { items, next })
    }

    /// One execution with its code and output; `None` if none has that id.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn entry(&self, id: &str) -> Result<Option<Execution>, JournalError> {
        Ok(self.connection.prepare_cached(RECORD)?.query_row([id], record).optional()?)
    }

    /// The executions that were recorded after the one of that number, in the order of recording.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn recorded_after(&self, number: i64) -> Result<Vec<Mark>, JournalError> {
        let mut statement =
            self.connection.prepare_cached("SELECT seq, id FROM execution WHERE seq > ?1 ORDER BY seq")?;
        let rows = statement.query_map([number], |row| Ok(Mark { number: row.get(0)?, id: row.get(1)? }))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The number of the execution that was recorded last; 0 if there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn last_number(&self) -> Result<i64, JournalError> {
        let sql = "SELECT coalesce(max(seq), 0) FROM execution";
        Ok(self.connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// The ids of the executions that have not ended.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn running(&self) -> Result<Vec<String>, JournalError> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM execution WHERE status = ?1")?;
        let rows = statement.query_map([RUNNING], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The status of an execution; `None` if none has that id.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn status(&self, id: &str) -> Result<Option<String>, JournalError> {
        let mut statement = self.connection.prepare_cached("SELECT status FROM execution WHERE id = ?1")?;
        Ok(statement.query_row([id], |row| row.get(0)).optional()?)
    }

    /// One execution as a row of a list, if it matches `filter`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn summary(&self, id: &str, filter: &Filter) -> Result<Option<ExecutionSummary>, JournalError> {
        let query = of_one(SUMMARY, id, filter);
        let mut statement = self.connection.prepare_cached(&query.sql)?;
        Ok(statement.query_row(params_from_iter(&query.values), summary).optional()?)
    }

    /// Whether the file has changed since the last call, or since it was opened.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn changed(&mut self) -> Result<bool, JournalError> {
        let now = data_version(&self.connection)?;
        Ok(std::mem::replace(&mut self.seen, now) != now)
    }
}

fn data_version(connection: &Connection) -> Result<i64, JournalError> {
    Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
}

fn started_at(row: &Row<'_>) -> rusqlite::Result<OffsetDateTime> {
    let milliseconds: i64 = row.get("started_ms")?;
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(milliseconds) * 1_000_000);
    Ok(time.unwrap_or(OffsetDateTime::UNIX_EPOCH))
}

/// Builds a struct whose fields are the columns of the same names, except the fields with a value.
macro_rules! from_row {
    ($row:ident, $type:ident { $($column:ident),+ } $(, $field:ident: $value:expr)+) => {
        Ok($type { $($column: $row.get(stringify!($column))?,)+ $($field: $value),+ })
    };
}

fn summary(row: &Row<'_>) -> rusqlite::Result<ExecutionSummary> {
    from_row!(
        row,
        ExecutionSummary { id, language, runtime, status, duration_ms, origin, exit_code, isolation, first_line },
        started_at: started_at(row)?
    )
}

fn record(row: &Row<'_>) -> rusqlite::Result<Execution> {
    let peak: Option<i64> = row.get("peak_memory_bytes")?;
    let given: Option<String> = row.get("given")?;
    from_row!(
        row,
        Execution {
            id, language, runtime, origin, status, exit_code, signal, duration_ms, cpu_ms, isolation,
            containment, network, code, code_truncated, output, output_truncated, error, error_truncated
        },
        started_at: started_at(row)?,
        given: given.and_then(|json| serde_json::from_str(&json).ok()),
        peak_memory_bytes: peak.and_then(|bytes| u64::try_from(bytes).ok())
    )
}

#[cfg(test)]
mod tests {
    use rusqlite::params_from_iter;

    use super::{Filter, SUMMARY, query};
    use crate::journal::schema;

    fn plan(filter: &Filter) -> String {
        let mut connection = rusqlite::Connection::open_in_memory().expect("a database");
        schema::migrate(&mut connection).expect("tables");
        let query = query(SUMMARY, filter);
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", query.sql)).expect("valid SQL");
        let rows = statement.query_map(params_from_iter(&query.values), |row| row.get::<_, String>("detail"));
        rows.expect("a plan").collect::<Result<Vec<_>, _>>().expect("a plan").join("\n")
    }

    #[test]
    fn lists_come_from_an_index_already_sorted() {
        let some = |text: &str| Some(text.to_owned());
        for (filter, index) in [
            (Filter::default(), "sqlite_autoindex_execution_1"),
            (Filter { before: some("0"), ..Filter::default() }, "sqlite_autoindex_execution_1 (id<?)"),
            (Filter { status: some("failed"), ..Filter::default() }, "execution_by_status (status=?)"),
            (
                Filter { language: some("python"), before: some("0"), ..Filter::default() },
                "execution_by_language (language=? AND id<?)",
            ),
            (Filter { origin: some("local"), ..Filter::default() }, "execution_by_origin (origin=?)"),
        ] {
            let plan = plan(&filter);
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{filter:?}\n{plan}");
        }
    }

    #[test]
    fn a_search_uses_the_full_text_index_and_reads_no_texts() {
        let plan = plan(&Filter { q: Some("print hello".to_owned()), ..Filter::default() });
        assert!(plan.contains("SCAN search VIRTUAL TABLE INDEX 0:M") && !plan.contains("content"), "{plan}");
    }
}
