//! The journal as a service uses it: written, read, damaged, crowded.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use time::OffsetDateTime;
use ulid::Ulid;

use super::{Begun, Ended, Filter, Journal, JournalError, LOST, Page, RUNNING, Reader, Record, State};
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
    }
}

fn write(journal: &Journal, numbers: std::ops::Range<u64>) {
    for number in numbers {
        journal.begin(begun(number, &format!("\n  print({number})\n")));
        journal.end(ended(number, "completed", &format!("{number} printed")));
    }
}

async fn record(journal: &Journal, number: u64) -> Record {
    journal.entry(&id(number)).await.expect("a journal").expect("an entry")
}

async fn found(journal: &Journal, filter: Filter) -> Vec<u64> {
    let page = journal.page(filter).await.expect("a page");
    page.items.iter().map(|item| Ulid::from_string(&item.id).expect("a ULID").timestamp_ms() - NOW_MS).collect()
}

fn searching(q: &str) -> Filter {
    Filter { q: Some(q.to_owned()), ..Filter::default() }
}

/// The index agrees with the texts that it is over.
fn check_index(file: &Path) {
    let connection = rusqlite::Connection::open(file).expect("a database");
    connection.execute_batch("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)").expect("a sound index");
}

#[tokio::test]
async fn an_execution_comes_back_as_it_was_written() {
    let home = Home::new();
    let journal = home.open();
    journal.begin(begun(1, "\n  print('é\0🎉')\n"));
    assert_eq!(record(&journal, 1).await.status, RUNNING);
    journal.end(ended(1, "failed", "a\0b\u{FFFD}\n"));
    let record = record(&journal, 1).await;
    assert_eq!((record.code.as_str(), record.output.as_str()), ("\n  print('é\0🎉')\n", "a\0b\u{FFFD}\n"));
    assert_eq!(record.started_at, begun(1, "").started_at);
    assert_eq!(
        (record.status.as_str(), record.exit_code, record.peak_memory_bytes),
        ("failed", Some(0), Some(9_437_184))
    );
    let page = journal.page(Filter::default()).await.expect("a page");
    assert_eq!((page.items[0].first_line.as_str(), page.items[0].duration_ms), ("print('é\0🎉')", Some(4.5)));
    assert_eq!(journal.entry("nobody").await.expect("a journal"), None);
    journal.clear().await.expect("cleared");
    check_index(&home.file());
}

#[tokio::test]
async fn long_texts_are_cut_and_marked() {
    let mut home = Home::new();
    home.settings.max_text_bytes = 5;
    let journal = home.open();
    journal.begin(begun(1, "ab🎉🎉"));
    journal.end(ended(1, "completed", "12345"));
    let record = record(&journal, 1).await;
    assert_eq!((record.code.as_str(), record.code_truncated), ("ab", true));
    assert_eq!((record.output.as_str(), record.output_truncated), ("12345", false));
    assert_eq!((record.error.as_str(), record.error_truncated), ("troub", true));
}

#[tokio::test]
async fn pages_go_back_in_time_to_the_end() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..5);
    let mut filter = Filter { limit: 2, ..Filter::default() };
    for expected in [vec![4, 3], vec![2, 1], vec![0]] {
        assert_eq!(found(&journal, filter.clone()).await, expected);
        filter.before = journal.page(filter.clone()).await.expect("a page").next;
    }
    assert_eq!(filter.before, None);
    assert_eq!(found(&journal, Filter { limit: 0, ..Filter::default() }).await, [4]);
    let mut exported = journal.export(Filter { limit: 1, ..Filter::default() });
    let mut count = 0;
    while let Some(record) = exported.recv().await {
        assert_eq!(record.expect("a record").id, id(4 - count));
        count += 1;
    }
    assert_eq!(count, 5);
}

#[tokio::test]
async fn filters_and_searches_find_what_they_say() {
    let home = Home::new();
    let journal = home.open();
    journal.begin(begun(1, "class DataFrame: pass"));
    journal.end(ended(1, "completed", "hello world ok🎉"));
    journal.begin(Begun { language: "node".to_owned(), ..begun(2, "x += 1 // NEAR(\"quoted\" AND") });
    let status = |status: &str| Filter { status: Some(status.to_owned()), ..Filter::default() };
    for (filter, expected) in [
        (status(RUNNING), vec![2]),
        (status("completed"), vec![1]),
        (Filter { language: Some("node".to_owned()), ..Filter::default() }, vec![2]),
        (Filter { origin: Some("https://elsewhere".to_owned()), ..Filter::default() }, vec![]),
        (Filter { language: Some("node".to_owned()), ..searching("hello") }, vec![]),
        (searching("HELLO wor"), vec![1]),
        (searching("data"), vec![1]),
        (searching("trouble"), vec![1]),
        (searching("hello near"), vec![]),
        (searching("🎉"), vec![1]),
        (searching("hello 🎉"), vec![1]),
        (searching("+= //"), vec![2]),
        (searching("NEAR("), vec![2]),
        (searching("\"quoted\""), vec![2]),
        (searching("  "), vec![2, 1]),
    ] {
        assert_eq!(found(&journal, filter.clone()).await, expected, "for {filter:?}");
    }
}

#[tokio::test]
async fn no_search_is_a_syntax_error() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..1);
    let long = "a ".repeat(5000);
    for q in [
        "\"", "*", "AND", "OR NOT", "NEAR(", "code:x", "^a", "-a", "{a b}: c", "a\0b", "''", "';--", "\u{200B}", "ⅷ ʰ",
        &long,
    ] {
        journal.page(searching(q)).await.unwrap_or_else(|error| panic!("{q:?}: {error}"));
    }
}

#[tokio::test]
async fn a_file_that_is_garbage_is_kept_aside() {
    let mut other = tempfile::NamedTempFile::new().expect("a file");
    rusqlite::Connection::open(other.path()).expect("a database").execute_batch("CREATE TABLE t (x)").expect("a table");
    let mut database = Vec::new();
    std::io::Read::read_to_end(&mut other, &mut database).expect("read");
    for contents in
        [b"this is no database at all, and it is long enough to be looked at".repeat(99), vec![0; 100], database]
    {
        let home = Home::with_file(&contents);
        fs::write(home.folder.path().join("data/journal.sqlite3-wal"), b"old").expect("a file");
        let (journal, state) = home.open_at(|state| *state != State::Opening).await;
        let State::Recovered { kept_aside } = state else { panic!("{state:?}") };
        assert_eq!(fs::read(kept_aside).expect("the old file"), contents);
        write(&journal, 0..1);
        assert_eq!(record(&journal, 0).await.output, "0 printed");
    }
}

#[tokio::test]
async fn damage_that_shows_later_is_recovered_from_too() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..200);
    journal.close().await;
    let mut bytes = fs::read(home.file()).expect("a file");
    bytes[4096..].fill(0xAA);
    fs::write(home.file(), bytes).expect("a file");
    let journal = home.open();
    write(&journal, 300..301);
    reach(&journal, |state| matches!(state, State::Recovered { .. })).await;
    write(&journal, 301..302);
    assert_eq!(record(&journal, 301).await.status, "completed");
}

#[tokio::test]
async fn a_journal_from_the_future_is_left_alone() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..1);
    journal.close().await;
    let connection = rusqlite::Connection::open(home.file()).expect("a database");
    connection.pragma_update(None, "user_version", 99).expect("set");
    drop(connection);
    let before = fs::read(home.file()).expect("a file");
    let (journal, state) = home.open_at(|state| *state != State::Opening).await;
    assert!(matches!(&state, State::Failed { reason } if reason.contains("newer Runtray")), "{state:?}");
    write(&journal, 1..2);
    assert!(matches!(journal.page(Filter::default()).await, Err(JournalError::Newer { found: 99, .. })));
    journal.close().await;
    assert!(before == fs::read(home.file()).expect("a file"), "the file was changed");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_fails_until_it_can() {
    let home = Home::new();
    let blocking = home.folder.path().join("data");
    fs::write(&blocking, "").expect("a file");
    let (journal, state) = home.open_at(|state| *state != State::Opening).await;
    assert!(matches!(state, State::Failed { .. }), "{state:?}");
    write(&journal, 0..1);
    assert!(matches!(journal.page(Filter::default()).await, Err(JournalError::Missing(_))));
    fs::remove_file(blocking).expect("removed");
    write(&journal, 1..2);
    reach(&journal, |state| *state == State::Ok).await;
    assert_eq!(found(&journal, Filter::default()).await, [1]);
}

#[tokio::test]
async fn what_a_killed_service_wrote_is_there_and_what_ran_was_lost() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..1);
    journal.begin(begun(1, "while True: pass"));
    assert_eq!(record(&journal, 1).await.status, RUNNING);
    let killed = Home::with_file(&fs::read(home.file()).expect("a file"));
    let wal = |home: &Home| home.folder.path().join("data/journal.sqlite3-wal");
    fs::copy(wal(&home), wal(&killed)).expect("a copy");
    let journal = killed.open();
    assert_eq!(record(&journal, 0).await.output, "0 printed");
    assert_eq!(record(&journal, 1).await.status, LOST);
}

#[tokio::test]
async fn two_services_share_a_journal() {
    let home = Home::new();
    let (one, other) = (home.open(), home.open());
    one.begin(begun(1000, "still running"));
    let writers = [(one.clone(), 0), (other.clone(), 100)].map(|(journal, from)| {
        tokio::spawn(async move {
            for number in from..from + 50 {
                write(&journal, number..number + 1);
                record(&journal, number).await;
            }
        })
    });
    for writer in writers {
        writer.await.expect("no panic");
    }
    let (third, _) = home.open_at(|state| *state == State::Ok).await;
    assert_eq!(record(&third, 1000).await.status, RUNNING, "the one that runs it lives");
    assert_eq!(found(&third, Filter { limit: 1000, ..Filter::default() }).await.len(), 101);
    assert_eq!((one.dropped(), other.dropped()), (0, 0));
}

#[tokio::test]
async fn what_is_too_old_goes() {
    let mut home = Home::new();
    let journal = home.open();
    write(&journal, 0..3);
    journal.begin(Begun { id: Ulid::from_parts(1000, 0).to_string(), ..begun(0, "an old one that still runs") });
    let old = Ulid::from_parts(2000, 0).to_string();
    journal.begin(Begun { id: old.clone(), ..begun(0, "an old one") });
    journal.end(Ended { id: old, ..ended(0, "completed", "") });
    assert_eq!(journal.page(Filter::default()).await.expect("a page").items.len(), 5);
    home.settings.max_age = Duration::from_secs(24 * 60 * 60);
    journal.apply(&home.settings);
    let page = journal.page(Filter::default()).await.expect("a page");
    assert_eq!(page.items.len(), 4);
    assert_eq!(page.items[3].status, RUNNING);
    check_index(&home.file());
}

#[tokio::test]
async fn the_oldest_go_when_the_file_is_too_large() {
    let mut home = Home::new();
    let journal = home.open();
    for number in 0..400 {
        journal.begin(begun(number, &format!("value_{number} = {}", "word ".repeat(1000))));
        journal.end(ended(number, "completed", &format!("{number} {}", "line ".repeat(1000))));
    }
    assert_eq!(journal.page(Filter::default()).await.expect("a page").items.len(), 50);
    home.settings.max_bytes = 1 << 20;
    journal.apply(&home.settings);
    let kept = found(&journal, Filter { limit: 1000, ..Filter::default() }).await;
    assert!((20..200).contains(&kept.len()) && kept[0] == 399, "{kept:?}");
    journal.close().await;
    let size = fs::metadata(home.file()).expect("a file").len();
    assert!(size <= 1 << 20, "the file has {size} bytes");
    check_index(&home.file());
}

#[tokio::test]
async fn clearing_leaves_only_what_runs_and_nothing_readable() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..300);
    journal.begin(begun(500, "secretword = 1"));
    assert_eq!(journal.clear().await.expect("cleared"), 300);
    assert_eq!(found(&journal, Filter::default()).await, [500]);
    assert_eq!(found(&journal, searching("printed")).await, [] as [u64; 0]);
    journal.end(ended(500, "completed", ""));
    assert_eq!(found(&journal, searching("secretword")).await, [500]);
    assert_eq!(journal.clear().await.expect("cleared"), 1);
    check_index(&home.file());
    journal.close().await;
    let bytes = fs::read(home.file()).expect("a file");
    assert!(!bytes.windows(10).any(|window| window == b"secretword"), "it can still be read in the file");
}

#[tokio::test]
async fn switched_off_it_keeps_nothing_and_can_be_switched_on() {
    let mut home = Home::new();
    home.settings.enabled = false;
    let (journal, _) = home.open_at(|state| *state == State::Disabled).await;
    write(&journal, 0..1);
    assert_eq!(journal.clear().await.expect("cleared"), 0);
    assert!(!home.file().exists());
    home.settings.enabled = true;
    journal.apply(&home.settings);
    write(&journal, 1..2);
    assert_eq!(found(&journal, Filter::default()).await, [1]);
    let never = Journal::disabled();
    write(&never, 0..1);
    assert!(matches!(never.page(Filter::default()).await, Err(JournalError::Disabled)));
    assert_eq!(*never.state().borrow(), State::Disabled);
    never.close().await;
}

#[tokio::test]
async fn a_closed_journal_takes_nothing_and_can_be_read() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..1);
    journal.close().await;
    journal.close().await;
    write(&journal, 1..2);
    assert_eq!(found(&journal, Filter::default()).await, [0]);
    assert!(matches!(journal.clear().await, Err(JournalError::Closed)));
}

#[tokio::test]
async fn a_reader_notices_writes() {
    let home = Home::new();
    assert!(matches!(Reader::open(&home.file()), Err(JournalError::Missing(_))));
    let journal = home.open();
    write(&journal, 0..1);
    record(&journal, 0).await;
    let mut reader = Reader::open(&home.file()).expect("a reader");
    assert!(!reader.changed().expect("a version"));
    write(&journal, 1..2);
    record(&journal, 1).await;
    assert!(reader.changed().expect("a version") && !reader.changed().expect("a version"));
    assert_eq!(reader.page(&Filter::default()).expect("a page").items.len(), 2);
    let garbage = Home::with_file(&[7; 4096]);
    assert!(matches!(Reader::open(&garbage.file()), Err(JournalError::NotAJournal)));
}

#[tokio::test]
async fn more_than_the_queue_holds_is_dropped_and_counted_and_never_waited_for() {
    let home = Home::new();
    let (journal, _) = home.open_at(|state| *state == State::Ok).await;
    let mut locking = rusqlite::Connection::open(home.file()).expect("a database");
    let lock = locking.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).expect("a lock");
    for number in 0..20_000 {
        journal.begin(begun(number, "x"));
    }
    let dropped = journal.dropped();
    assert!(dropped >= 20_000 - 4096 - 512, "only {dropped} were dropped");
    drop(lock);
    journal.close().await;
    let page: Page = Reader::open(&home.file()).expect("a reader").page(&Filter::default()).expect("a page");
    assert_eq!(page.items.len(), 50);
}
