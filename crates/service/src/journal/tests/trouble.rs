//! Files that are damaged, newer, locked or missing, and services that die.

use std::fs;
use std::time::Duration;

use super::{Home, begun, found, reach, record, write};
use crate::journal::database::BUSY;
use crate::journal::{Filter, JournalError, LOST, RUNNING, Reader, State};

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
async fn what_ends_while_the_journal_is_off_is_not_shown_as_running() {
    let home = Home::new();
    let journal = home.open();
    journal.begin(begun(0, "ends unwritten"));
    journal.begin(begun(1, "goes on"));
    assert_eq!(record(&journal, 1).await.status, RUNNING);
    let off = crate::settings::JournalSettings { enabled: false, ..home.settings.clone() };
    journal.apply(&off);
    reach(&journal, |state| *state == State::Disabled).await;
    journal.end(super::ended(0, "completed", ""));
    assert!(matches!(journal.page(Filter::default()).await, Err(JournalError::Disabled)));
    journal.apply(&home.settings);
    reach(&journal, |state| *state == State::Ok).await;
    // Each read flushes the queue first.
    let mut lost = record(&journal, 0).await;
    while lost.status == RUNNING {
        lost = record(&journal, 0).await;
    }
    assert_eq!((lost.status.as_str(), record(&journal, 1).await.status.as_str()), (LOST, RUNNING));
    journal.end(super::ended(1, "completed", "all of it"));
    assert_eq!(record(&journal, 1).await.output, "all of it");
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
    assert!(matches!(&state, State::Failed { reason } if reason.to_string().contains("newer Runtray")), "{state:?}");
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
async fn a_lock_that_is_held_for_long_costs_no_entry() {
    let home = Home::new();
    let (journal, _) = home.open_at(|state| *state == State::Ok).await;
    let mut locking = rusqlite::Connection::open(home.file()).expect("a database");
    let lock = locking.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).expect("a lock");
    write(&journal, 0..1);
    // Longer than SQLite waits.
    let state = tokio::time::timeout(BUSY + Duration::from_secs(1), async {
        let mut state = journal.state();
        state.wait_for(|state| *state != State::Ok).await.expect("a writer").clone()
    });
    assert!(state.await.is_err(), "the journal gave up");
    drop(lock);
    assert_eq!((record(&journal, 0).await.output.as_str(), journal.dropped()), ("0 printed", 0));
}

#[tokio::test]
async fn what_cannot_be_written_is_counted() {
    let home = Home::new();
    fs::write(home.folder.path().join("data"), "").expect("a file in the place of the folder");
    let (journal, _) = home.open_at(|state| *state != State::Opening).await;
    write(&journal, 0..3);
    journal.close().await;
    assert_eq!(journal.dropped(), 6, "each execution begins and ends");
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
    assert!(dropped > 10_000, "only {dropped} were dropped");
    drop(lock);
    journal.close().await;
    let page = Reader::open(&home.file()).expect("a reader").page(&Filter::default()).expect("a page");
    assert_eq!(page.items.len(), 50);
}
