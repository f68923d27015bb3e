//! The journal as a service uses it: writing, reading, damage, overload.

mod keeping;
mod trouble;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use runtray_wire::Execution;
use tempfile::TempDir;
use time::OffsetDateTime;
use ulid::Ulid;

use super::{Begun, Ended, Filter, Journal, JournalError, Selection, State};
use crate::settings::JournalSettings;

const NOW_MS: u64 = 1_900_000_000_000;

struct Home {
    folder: TempDir,
    settings: JournalSettings,
}

impl Home {
    fn new() -> Self {
        let ages = Duration::from_secs(36_500 * 24 * 60 * 60);
        let settings = JournalSettings { max_age: ages, ..JournalSettings::default() };
        Self { folder: tempfile::tempdir().expect("a folder"), settings }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("data/journal.sqlite3")
    }

    fn with_file(contents: &[u8]) -> Self {
        let home = Self::new();
        fs::create_dir_all(home.file().parent().expect("a folder")).expect("a folder");
        fs::write(home.file(), contents).expect("a file");
        home
    }

    fn open(&self) -> Journal {
        Journal::open_retrying(&self.file(), &self.settings, Duration::ZERO)
    }

    async fn open_at(&self, state: impl Fn(&State) -> bool) -> (Journal, State) {
        let journal = self.open();
        let state = reach(&journal, state).await;
        (journal, state)
    }
}

async fn reach(journal: &Journal, wanted: impl Fn(&State) -> bool) -> State {
    let mut state = journal.state();
    let found = tokio::time::timeout(Duration::from_secs(20), state.wait_for(|state| wanted(state))).await;
    found.expect("the state in time").expect("a writer").clone()
}

fn id(number: u64) -> String {
    Ulid::from_parts(NOW_MS + number, 0).to_string()
}

fn begun(number: u64, code: &str) -> Begun {
    let started_at =
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(NOW_MS + number) * 1_000_000).expect("a time");
    let text = |text: &str| text.to_owned();
    Begun {
        id: id(number),
        started_at,
        language: text("python"),
        runtime: text("CPython"),
        origin: text("local"),
        code: text(code),
        given: None,
    }
}

fn ended(number: u64, status: &str, output: &str) -> Ended {
    Ended {
        id: id(number),
        status: status.to_owned(),
        exit_code: Some(0),
        signal: None,
        duration_ms: 4.5,
        cpu_ms: 3.0,
        peak_memory_bytes: 9_437_184,
        output: output.to_owned(),
        error: "trouble".to_owned(),
        output_truncated: false,
        error_truncated: false,
        isolation: "none".to_owned(),
        containment: Some("subreaper".to_owned()),
        network: Some(true),
    }
}

fn write(journal: &Journal, numbers: std::ops::Range<u64>) {
    for number in numbers {
        journal.begin(begun(number, &format!("\n  print({number})\n")));
        journal.end(ended(number, "completed", &format!("{number} printed")));
    }
}

/// Deletes every execution that has ended, if there is a journal.
async fn clear(journal: &Journal) -> Result<u64, JournalError> {
    let selection = match journal.read(|reader| reader.select(&Filter::default())).await {
        Ok((selection, _)) => selection,
        Err(_) => Selection::default(),
    };
    journal.delete(selection).await
}

async fn record(journal: &Journal, number: u64) -> Execution {
    journal.entry(&id(number)).await.expect("a journal").expect("an entry")
}

async fn found(journal: &Journal, filter: Filter) -> Vec<u64> {
    let page = journal.page(filter).await.expect("a page");
    page.items.iter().map(|item| Ulid::from_string(&item.id).expect("a ULID").timestamp_ms() - NOW_MS).collect()
}

fn searching(q: &str) -> Filter {
    Filter { q: Some(q.to_owned()), ..Filter::default() }
}

/// Checks that the search index agrees with the texts.
fn check_index(file: &Path) {
    let connection = rusqlite::Connection::open(file).expect("a database");
    connection.execute_batch("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)").expect("a sound index");
}
