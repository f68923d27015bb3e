//! Statistics over the journal: counts, the values to filter by, and the statistics of the day.

use runtray_wire::{Facets, Minute, Statistics};
use rusqlite::params_from_iter;
use time::OffsetDateTime;
use ulid::Ulid;

use super::error::JournalError;
use super::query::{matching, selected};
use super::reader::Reader;
use super::record::{Filter, RUNNING, Selection};

const MINUTES: usize = 60;
const MINUTE_MS: i64 = 60_000;
/// The most executions that the statistics are made from, the newest first.
const MOST_SAMPLES: usize = 100_000;

/// An execution, as far as the statistics need it.
struct Sample {
    started_ms: i64,
    failed: bool,
    duration_ms: Option<f64>,
}

/// The statistics of a journal without executions.
pub(crate) fn no_statistics() -> Statistics {
    let now = i64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    statistics(&[], now, now)
}

fn statistics(samples: &[Sample], now: i64, midnight: i64) -> Statistics {
    let first = first_minute(now);
    let (mut today, mut minutes) = (Vec::new(), vec![Vec::new(); MINUTES]);
    for sample in samples {
        if sample.started_ms >= midnight {
            today.push(sample);
        }
        // An execution before the hour has a negative index, and counts in no minute.
        let minute = usize::try_from((sample.started_ms - first).div_euclid(MINUTE_MS)).ok();
        if let Some(minute) = minute.and_then(|minute| minutes.get_mut(minute)) {
            minute.push(sample);
        }
    }
    let minute = |(at, samples): (i64, &Vec<&Sample>)| Minute {
        at_ms: first + at * MINUTE_MS,
        count: samples.len() as u64,
        failed: failed(samples),
        median_ms: median(samples),
    };
    Statistics {
        today: today.len() as u64,
        failed_today: failed(&today),
        median_ms: median(&today),
        minutes: (0..).zip(&minutes).map(minute).collect(),
    }
}

fn first_minute(now: i64) -> i64 {
    (now / MINUTE_MS - (MINUTES as i64 - 1)) * MINUTE_MS
}

impl Reader {
    /// The number of executions that match `filter`; its `limit` and `before` are ignored.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn count(&self, filter: &Filter) -> Result<u64, JournalError> {
        let query = matching("count(*)", &Filter { before: None, ..filter.clone() });
        let mut statement = self.connection.prepare_cached(&query.sql)?;
        let count: i64 = statement.query_row(params_from_iter(&query.values), |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// The ended executions that match the filter now, and their number.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn select(&self, filter: &Filter) -> Result<(Selection, u64), JournalError> {
        let newest = self.connection.query_row("SELECT max(id) FROM execution", [], |row| row.get(0))?;
        let mut running = self.connection.prepare_cached("SELECT id FROM execution WHERE status = ?1")?;
        let running = running.query_map([RUNNING], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let selection = Selection { filter: filter.clone(), upto: newest, except: running };
        let query = selected("count(*)", &selection);
        let count: i64 = self.connection.query_row(&query.sql, params_from_iter(&query.values), |row| row.get(0))?;
        Ok((selection, count.unsigned_abs()))
    }

    /// The values that can be filtered by.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn facets(&self) -> Result<Facets, JournalError> {
        Ok(Facets {
            languages: self.distinct("language")?,
            origins: self.distinct("origin")?,
            total: self.count(&Filter::default())?,
        })
    }

    /// The statistics of the day and of the last hour.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn statistics(&self) -> Result<Statistics, JournalError> {
        let sql = "SELECT CAST(strftime('%s', 'now') AS INTEGER) * 1000,
            CAST(strftime('%s', 'now', 'localtime', 'start of day', 'utc') AS INTEGER) * 1000";
        let (now, midnight) = self.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.statistics_at(now, midnight)
    }

    fn statistics_at(&self, now: i64, midnight: i64) -> Result<Statistics, JournalError> {
        let samples = self.samples(midnight.min(first_minute(now)))?;
        Ok(statistics(&samples, now, midnight))
    }

    /// The executions since a time. The ids are ULIDs, so their index is in the order of time.
    fn samples(&self, since_ms: i64) -> Result<Vec<Sample>, JournalError> {
        let first = Ulid::from_parts(since_ms.unsigned_abs(), 0).to_string();
        let sql = "SELECT started_ms, status, duration_ms FROM execution WHERE id >= ?1 ORDER BY id DESC LIMIT ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((first, MOST_SAMPLES as i64), |row| {
            let status: String = row.get(1)?;
            let failed = !["completed", "cancelled", RUNNING].contains(&status.as_str());
            Ok(Sample { started_ms: row.get(0)?, failed, duration_ms: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn distinct(&self, column: &'static str) -> Result<Vec<String>, JournalError> {
        let mut statement =
            self.connection.prepare_cached(&format!("SELECT DISTINCT {column} FROM execution ORDER BY 1"))?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

fn failed(samples: &[&Sample]) -> u64 {
    samples.iter().filter(|sample| sample.failed).count() as u64
}

fn median(samples: &[&Sample]) -> Option<f64> {
    let mut durations: Vec<f64> = samples.iter().filter_map(|sample| sample.duration_ms).collect();
    durations.sort_by(f64::total_cmp);
    durations.get(durations.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use ulid::Ulid;

    use super::{Filter, MINUTE_MS, Reader};
    use crate::journal::schema;

    const NOON: i64 = 1_700_000_000_000 / 86_400_000 * 86_400_000 + 43_200_000;

    /// A journal of executions, given as minutes before noon, status and milliseconds.
    fn journal(executions: &[(i64, &str, Option<f64>)]) -> (tempfile::TempDir, Reader) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("journal.sqlite3");
        let mut connection = Connection::open(&file).expect("a file");
        schema::migrate(&mut connection).expect("tables");
        for (number, (before, status, duration)) in (0..).zip(executions) {
            let at = NOON - before * MINUTE_MS;
            let sql =
                "INSERT INTO execution (id, started_ms, language, runtime, origin, status, first_line, duration_ms,
                code_truncated, text_bytes) VALUES (?1, ?2, 'python', 'CPython', 'local', ?3, '', ?4, 0, 0)";
            let id = Ulid::from_parts(at.unsigned_abs(), number).to_string();
            connection.execute(sql, (id, at, status, duration)).expect("a row");
        }
        (folder, Reader::open(&file).expect("a journal"))
    }

    #[test]
    fn a_day_is_counted_from_midnight_and_minutes_by_the_hour() {
        let (_folder, reader) = journal(&[
            (13 * 60, "failed", Some(1.0)),
            (90, "completed", Some(9.0)),
            (2, "timeout", Some(30.0)),
            (2, "completed", Some(10.0)),
            (0, "cancelled", Some(2.0)),
            (0, "running", None),
        ]);
        let statistics = reader.statistics_at(NOON, NOON - 12 * 60 * MINUTE_MS).expect("statistics");
        assert_eq!((statistics.today, statistics.failed_today, statistics.median_ms), (5, 1, Some(10.0)));
        assert_eq!(statistics.minutes.len(), 60);
        let last = &statistics.minutes[59];
        assert_eq!((last.at_ms, last.count, last.failed, last.median_ms), (NOON, 2, 0, Some(2.0)));
        assert_eq!((statistics.minutes[57].count, statistics.minutes[57].failed), (2, 1));
    }

    #[test]
    fn an_empty_journal_has_statistics_too() {
        let (_folder, reader) = journal(&[]);
        let statistics = reader.statistics().expect("statistics");
        assert_eq!((statistics.today, statistics.median_ms, statistics.minutes.len()), (0, None, 60));
        assert_eq!(reader.facets().expect("facets").total, 0);
    }

    #[test]
    fn counting_follows_the_filter_and_not_the_page() {
        let (_folder, reader) = journal(&[(1, "failed", None), (2, "completed", None), (3, "completed", None)]);
        let count = |status: Option<&str>| {
            let filter =
                Filter { limit: 1, before: Some("0".into()), status: status.map(Into::into), ..Filter::default() };
            reader.count(&filter).expect("a count")
        };
        assert_eq!((count(None), count(Some("completed")), count(Some("crashed"))), (3, 2, 0));
        assert_eq!(reader.facets().expect("facets").languages, ["python"]);
    }
}
